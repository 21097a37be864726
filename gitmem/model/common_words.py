"""How common a word is in what people write about software, whatever the project.

A word that one repository uses far more often than people do elsewhere speaks for that
repository; "run", "push" or "two" speak for none.  Only shares are kept, rounded to powers of e.
Pure; standard library only: agent hooks import this.

**Source:** ``tests/bench/common_words.py`` counted commit messages of public repositories, prompts
of real sessions and the order of the vocabulary in ``gitmem/embedding``; a word's share is the
largest of the three.
"""

from __future__ import annotations

import math
from functools import lru_cache

LEAST = 2.5e-4
"""The smallest share that the table tells; rarer words are not in it."""


def common_share(stem: str) -> float:
    """The share of texts that have a word of this stem (Porter's); 0.0 for a rare one."""
    level = _level_of_each().get(stem)
    return math.exp(-level) if level is not None else 0.0


@lru_cache(maxsize=1)
def _level_of_each() -> dict[str, int]:
    return {stem: level for level, text in _LEVELS.items() for stem in text.split()}


# The table: written by tests/bench/common_words.py.
_LEVELS: dict[int, str] = {
    2: """
    add commit fix test updat
    """,
    3: """
    ad agent bump chang ci code depend doc don entir error file git name releas remov run
    support think type user version work
    """,
    4: """
    allow alreadi alwai anyth api avoid back behavior better branch bug build call case
    changelog check chore class claud cli close com command comment config context continu
    creat current data default dep direct document doesn drop empti exampl exist explain first
    flag folder function github handl http implement improv includ issu json line link list
    local main match mayb md merg messag method minor miss modul move non ok option output pass
    patch path pr pre product prompt py python re read readm refactor replac repo request
    return review see semver session skill someth start state string summari sure time two typo
    url valu wai warn window
    """,
    5: """
    accept access across action actual addit address american anoth appli approach argument
    around assert async attribut author auto autoupd avail backend base becam binari bit block
    born break broken buffer byte cach cargo caus checkpoint citi clarifi clean cleanup clear
    client co codex common compat complet configur conflict connect consist contain content
    copi core correct correctli count coverag custom dai db de debug defin delet deprec
    descript detail detect dev dict didn diff differ dir directli directori disabl done due
    duplic easier enabl encod end ensur entri env environ even event everyth except expect
    explicit explicitli extra extract ey fail failur fallback fals famili feat featur field
    film filter find flake follow form format found four free full futur gemini gener give
    given global go good group handler hash head header help helper high hmm home hook hous hub
    id ignor import index info inform init initi inlin input insid instal intern introduc
    invalid isn keep kei know known last later latest length less level life limit lint ll load
    lock log logic long look loop made major make man map master max mean memori mention
    metadata mode multi multipl mypi nation need never next none north note null number object
    old open order origin os packag page paramet pars parser part pattern peopl pep perform pip
    place plan point possibl prefix prepar prevent previou previous print problem process
    project provid proxi public pull push pytest queri rang raw real realli reason reduc redund
    ref refer regress relat remot renam report repositori requir research resolv respons restor
    result revert rewrit right root rs rst runtim safe said school script search season second
    section seem self send separ server set setup show similar simpl simplifi singl size skip
    small socket sourc south specif split ssl static statu step stop store str stream style
    suit switch sync syntax system take target team templat text thing though thread three
    timeout toml took tool top transcript tree true try understand unit univers unnecessari
    unus upgrad us usag valid variabl ve verifi war won workflow worktre world write wrong year
    """,
    6: """
    ab abil abl absolut ac accord act activ adjust ae af ag ai air al album alia alias alloc
    almost along although america among annot announc anymor anywai ap app appear append
    appropri april architectur area aren arg arm armi arrai art ask associ assum asyncio
    attempt attr august australia auth automat awai award ba bad band bash basic battl bc bd
    becom began behaviour behind benchmark best bf big bind black blood blue board bodi book
    boolean bound british brother builder built busi ca california callback caller came car
    career cast catch cb cc cd ce center central centuri cert certain cf cfg chain championship
    charact cherri child children chunk church clippi clone club cmake cmd colleg color come
    commun compani compar comparison compil complex condit confus consid consol constraint
    contribut control convers convert cooki couldn council counti countri cours court cover
    crash crate creation cross cup cursor cycl dark databas date daughter david dd dead death
    decemb declar definit depart describ design determin develop df di director discoveri
    displai district divis docstr door doubl download draft ds dynam ea earli earlier easi east
    eb ec ecosystem ed edg educ effect elect element emit engin england english enough enum
    equival escap especi establish etc european exact exactli exclud execut exit expand
    experiment export expos express extend extens extern fa face fact fall far fast faster
    father favor fb fd fe februari feedback feel feet felt fetch ff filenam final fine fire
    five fixtur flaki flow fmt foo footbal forc former forward fragment franc french front
    fulli game gave georg german gh girl gitignor god got govern grammar graph great green
    ground guard guid hair half hall hand happen hard heard heart held hidden himself hint
    histori host html human ident ii imag immedi impl implicit incompat incorrect incorrectli
    increas india inner insert instanc instruct int integ integr intend interfac io island item
    iter jame januari job john join juli june keyword kind king km knew la label land languag
    larg late law layer lazi lead leagu leak least leav led left legaci len lib librari licens
    light like linter linux liter littl live loader locat london lookup lost lot love low lower
    ls mac maco macro manag manual march mark markdown marker marri meant mechan member men
    meta metric middlewar migrat mile militari million min mind minimum model modifi moment
    mostli mother mouth ms music namespac nativ near necessari neg nest new newer newlin night
    node normal northern noth novemb octob offic offset okai older on op openssl oper opt optim
    other otherwis outdat outsid overflow overrid panic parallel param parent park parti
    partial particular past pend perf perhap period pi pick pin pkg placehold plai plain
    platform player plugin pointer polic polici polit pool popul port posit post potenti power
    prefer present preserv presid preview prior privat probabl produc profession program
    progress propag proper properti protocol publish purpos put pypi pyproject queue quit quot
    race radio rais ran rc reach rebas receiv recent record recurs red redirect reflect
    regardless regex region regular reject rel relev reli remain render repli reset resolut
    resourc respect respond rest retri reus river road rock role room round royal ruff rule
    runner rust sai san save saw schema scheme scienc scope secur seen select semant sens
    septemb sequenc seri serv servic setuptool sever sh sha share shell short shouldn shutdown
    side signal signatur silent simpli site six slightli slow snapshot social societi solut
    someon sometim son song soon sorri sort sound southern space spawn spec speci special
    specifi speed spell sphinx squar st stabl stack stale standard stat statement station
    storag stori street strict strip struct structur student sub subsequ suggest summer
    suppress sy tabl tag taken task televis tell temporari termin thank therefor third thought
    timestamp titl tl todai todo togeth token told total toward town tox trace track trail
    trait transport travi treat trigger tupl turn tweak twice txt ubuntu unchang underli unicod
    union unix unknown unless upload upstream ur uri urllib utf util var variou video view
    villag virtualenv voic vs wait walk want wasn water web went west western wheel white
    whitespac whole wife william win woman women word workaround workspac wrap wrapper written
    wrote yml york young zero
    """,
    7: """
    aa abort absent abstract academ academi accident accordingli account accur acquir actor
    actress adapt addition administr advanc affair affect africa african agenc ago agre
    agreement ahead aircraft airport alexand algorithm align aliv alon alongsid alpha alt
    altern ambigu amount analysi ancient angel annoi annual answer anti anyon anywher appar
    applic appoint approxim appveyor arbitrari arriv articl artifact artist ascii asia asian
    assembl assign assist ast atom attack attend attent australian authent avenu averag await
    awar azur babi background backport backslash backward badg bai ball bank bar bare basebal
    basi basketbal bass batch bb bbc beach beat beauti bed begin behav believ ben benefit besid
    beta beyond bill bishop blame blank blob boat bob boi bool border boston bottom boundari
    box breath bridg bring britain broadcast broke brought brown bsd bu buf bugfix builtin bulk
    bunch bundl buri bypass calcul callabl camp campaign campu canada canadian cancel candid
    canon capac capit captain captur card care carolina carri castl cathol caught cell censu
    centr certif certifi chair chairman champion chanc channel chapter char charg charl charset
    chart checker checkout chest chicago chief china chines choic choos chri christian civil
    claim clap clariti clearer clearli click closer closur coach coast codebas codecov codspe
    cold collaps collect colon columbia column combin comedi comma commerci commiss committe
    compet competit compliant complic compon compos comprehens compress comput concurr confer
    confirm congress conn consolid const constant construct constructor consum contact
    contemporari contract contrib contributor convent corner corp corpor correspond cost
    counter coupl cpu cpython credenti creek crew critic cryptographi ctrl ctx cultur curl cut
    cve da dad daili damag danc daniel dataclass dc deal debian debut decid decis decod decor
    dedic deep def defeat defens defer degre del delai delta democrat dependabot depth deriv
    descriptor despit destin destroi determinist diagnost dictionari die difficult digest digit
    disallow discard discov discuss disk dispatch distanc distinct distinguish distribut divid
    dn docker doctor dog domain downstream dr drama draw dream drew drive driver drum duke
    durat dutch eagerli earn earth easili eastern econom edit editor edward ee ef effici effort
    eight el electr elimin elizabeth email embed emperor empir endpoint energi enforc enter
    entertain entiti eof episod eq equal equip era err estat et europ eval evalu eventu everyon
    everywher evid ex exchang exec executor expans expens experi explan ext factor factori fake
    famou faq farm fc fear feder fell fellow femal festiv fifth fight figur filesystem fill
    financi finger finish firm fish fit fixup flight float floor florida flush fly fn focu food
    foot foreign forest forgot fork formatt formerli fort foundat founder fourth framework
    francisco frank freebsd fresh friend fs ft func fuzz fuzzer ga galleri garbag garden gate
    gaze gc gcc gen genu germani gha glanc glass glob goal goe gold golden gone governor grab
    gracefulli grade graduat grai grand grant greater greek grep grew grow growth guarante
    guess gui guitar gun hack hadn happi haven health heap hear heat heavi hell henri herself
    hex hide higher highest highli highwai hill histor hit hockei hold honor hope hopefulli
    hors hospit hostnam hot hotel hour household huge hundr hurt husband ic idea identifi idl
    idna iii immut impact implicitli importlib imposs incom incomplet inconsist increment
    indent independ indian indic indirect individu industri infantri infer infinit influenc
    infrastructur inherit ini inject insensit inspect institut intent interact interest
    intermedi interv investig invoc invok involv ip ireland irish iron isbn isol isort israel
    itali italian jack jackson japan japanes jean jersei jewish jim joe johnson jone joseph
    journal jr js judg junior justic kept kill kilometr kingdom kiss kitchen knowledg kwarg
    lack ladi lai lake larger largest latin latter launch layout lazili le leader lean lee leg
    legal letter li libc lieuten lip listen literatur lo logger lord lose loss loui lowercas
    machin magazin magic mainli maintain mainten makefil male malform manifest mari maria marin
    market marriag martin mass matcher materi matrix matter maximum mayor mb medal media median
    medic meet mem met metal metr mexico mi michael mid middl mike mine mingw minim minist
    ministri minut misc mislead mismatch mission mistak mix mm mock mod modern mom monei month
    morn mountain movement movi mr msrv multipart municip murder museum mut mutabl mutex myself
    natur naval navi nearbi nearli neck net network newli newspap nice nightli nine nod notabl
    notic notifi novel npm num numer observ obsolet obviou occur offer offici oh oid oil olymp
    omit onlin onto oom opera opu orchestra org organ orphan outstand overal overhead overwrit
    own owner pacif pack pai paid pain pair paper paragraph parenthes pari parish parliament
    particularli password paul payload peac pennsylvania percent perfect perl permiss person
    peter phase phone physic piano pictur piec pipe pipelin plant plu po poland polish
    politician poor pop popular posix powershel practic preced prep presenc press pressur
    pretti price primari primarili prime princ princip prioriti prison prize pro professor
    promot propos protect proto provinc pure pv pylint pyright ql qualiti queen question quick
    quickli quickstart railwai random rare rate readabl reader readi realiz recogn recommend
    referenc refresh regard regexp regiment regist registri relationship religi reload rememb
    reorder repeat repr repres represent reproduc republ republican reserv resid restrict
    retain retir rev reveal revers revis reword rework rewritten rfc richard rid ring risk
    robert robust roman rose rout row rtd rugbi rural russia russian safeti saint sam sampl sat
    scan scenario scene scientif score scotland scott screen sdist sea seat secondari secret
    secretari selector senat senior sensit sent sentenc serd serial seriou settl seven sex ship
    shirt shook shorter shortli shot shoulder shown shut sign signific silenc silver simpler
    singer sir sister sit situat skin sky slash sleep slice slot slower slowli smaller smile
    smith sock soft softwar sold soldier solo solv somewhat sonnet soul soviet spain span
    spanish speak spent spoke sport spot spread spring spuriou sqlite squadron squash src ssh
    stabil stadium staff stage stai stand standalon star stare startup std stderr stdin stdlib
    stdout steel steve stone stood storm strai straight strategi strength strictli strong stub
    studi studio stuff subclass subcommand subject submodul subprocess success successfulli
    suddenli suffix sun super suppos surfac swap sydnei symbol symlink tab talk taught tcp
    teacher tear technolog temp templ temporarili ten term territori testcas texa theatr theme
    themselv theori thoma throat throughout throw tidi tighten timer tini tom tonight touch
    tour tournament tower towncrier township traceback trade tradit traffic train transact
    transfer transform transit travel travers treatment tri trial trim trivial troop trust
    truth ts tutori tv twenti typeerror typic ui uint uk unabl unavail uncondition undefin
    unexpect unfortun unifi uniqu unittest unlik unneed unreach unrel unsaf unset unsign
    unstabl unsupport unwrap upper urban usa useless usernam usual uv vallei valueerror van
    variant varieti vec vendor venv verbos verif vice victori victoria vim virginia virtual
    visibl visit vocal void volum von vote wale wall warm washington watch websit websocket
    week weight weird whatev whenev whisper whom wide width wild wildcard wind wing winner
    winter wip wood worker worth wouldn writer wsgi xml yaml yeah yellow yield younger youth
    zealand zsh
    """,
    8: """
    abandon abbei abc absenc accessor accid accompani accus achiev acid acoust acr adam addr
    adjac admin admir admit adopt adult advantag adventur advertis advic afraid afternoon
    afterward aggreg agricultur ah aid aim alabama alan albert alcohol alex alfr ali alic allen
    alli allianc allowlist alter amateur amaz ambassador amend amongst analyz ancestor anchor
    anderson andi andrew anger angl angri anim ann anna anniversari ansi anthoni antonio apart
    appeal appl approv arab arc arch archbishop architect archiv arena argentina argu arguabl
    argv arithmet arizona arrang arrest arthur artilleri ash asid asleep aspect ass assault
    assumpt athlet atlant atlanta attach attornei attract attributeerror audienc audio aunt
    austin austria austrian autom aviat aw awkward bachelor backtick badli bag bail baker
    balanc baltimor barbara baron barri baselin basin bathroom battalion batteri bear bedroom
    beer begun belgium bell belong belt bench beneath benjamin bent berlin bet bibl bigger
    biggest billboard billi billion bin bird birmingham birth birthdai blade blake blind blow
    bobbi bomb bond bone bootstrap borough boss bot bottl bought bowl brace bracket brain brand
    brazil brazilian breakag breakfast brian brick brief briefli brigad bright broad broadwai
    bronz brooklyn brotli browser bruce bucket budget bugbear bui bureau burn burst bush button
    cabin cabinet cabl calm cambridg camera campbel canal cancer canonic cap capabl cape carbon
    carefulli carl carlo carter cash cat categori cathedr catherin cavalri cave ceil celebr
    cemeteri ceo ceremoni certainli cgi challeng chamber chapel characterist chariti charli
    charlott charter chase chat checklist cheek chemic chemistri childhood chin choir chose
    chosen christ christma christoph churn cinema circl circuit circular circumst cite citizen
    cl clai clair clan clang clarif clark classic classif classifi claus cleaner cleanli
    cleveland climat climb clinic clock cloth cloud cm cmp coal coalit coastal coat codeql
    coffe cole collabor colonel coloni colorado colour combat comfort comic commerc commission
    commonli commonwealth communist compact composit compound concaten concept concern concert
    conclud concret condition conduct conf conftest connecticut consecut conserv consider
    constitu constitut contest contrast conveni convinc cook cool cooper copyright corpu
    corrupt cotton couch cousin cov cr crazi creativ creatur credit cri cricket crime crimin
    crisi crlf crowd crown cry crystal cwd cygwin cython czech daemon dalla dam damn dan danger
    danish danni darwin datetim dave davi dawn deadlock dean dear deb debat decad deck declin
    dedupl deepli defenc delimit deliv demand demon demonstr deni denmark densiti deploy
    depress deputi der derefer deseri desert desir desk destruct detroit devic devil diamond
    dick diego dinner dioces dirti disappear disc disclosur disconnect discord diseas disnei
    dist dj dna doctest documentari dollar domest donald dont dot doubt dougla downsid downtown
    dozen dragon drain drawn dress drink driven drove drug dry du dublin dummi dump dust duti
    dvd dy dynasti eager ear earl earliest eas eat echo economi eddi edinburgh egg egypt eighth
    elder elector electron elementari elev eleven elsewher emerg emili emma emploi employ
    employe en encount encourag enemi engag enhanc enjoi entitl entranc environment eol ep eric
    errno erron es essenti estim ethan ethnic ev evan evil evolut exc exce excel exclus exercis
    exhaust exhibit expedit experienc expir expr extrem facil faculti fair fairli faith fallen
    fame familiar fan fantasi farmer fashion fat fatal fate fault favorit feed fewer fiction
    fifa fifteen fifti fighter financ finland flash flat fleet flesh flew flexibl flower fm
    focus fold folk followup ford forehead forev forget forgotten formal formula forth forti
    foster fought fox fragil frame franchis franci franklin fred frederick freedom freez
    frequenc frequent fridai friendli frozen fruit fuck fuel fun fund funni fur furthermor
    gabriel gai gain gang gap gari gather gb gender gene gentli georgia getter ghost giant gift
    girlfriend glad gnu golf gonna googl gordon gotten grace gradual graham grandfath grass
    grave greatest greatli greec grei grin grip grown guest guidanc guilti guitarist gulf gzip
    ha habitat hamilton handshak hang har harbor hardcod harden harder hardli harri harrison
    harvard hashmap hasn hat hatch hate headquart heaven heavili hei height helen hello henc
    heritag hero heurist hierarchi highlight hip hire historian hoc hole holi holidai hollywood
    homebrew hong honorari honour hop horror houston howard hp href hugh hung hungari hungarian
    hunt hunter ian ib ideal ie il ill illeg illinoi imagin img imperi impli importantli inc
    inch incid incorpor increasingli inde indiana indigen indonesia influenti inhabit injur
    injuri inspir instrument insur intellig intens intention interior internet interpret
    intersphinx interview intro introduct invari invas invest invit iowa ipv iran iraq isinst
    islam iso isra iv jacket jacob jai jake jami jan jane jason jaw jazz jeff jerri jesu jew
    jimmi johnni joi joint jon jonathan jordan jose josh journalist journei juan julia julian
    jump junction juri kansa karl kate kb keepal kelli ken kennedi kent kentucki kevin keyboard
    keyerror kg khan ki kick kid killer kim knee knife knight knock kong korea korean kw labor
    laboratori labour laid lambda landscap lane lap larri laugh lawrenc lawyer lb leadership
    learn leather leftov legend legisl legislatur leon let lewi lf liber lie lifecycl lifetim
    lift lincoln linear linker liquid lit lite literari liverpool loan localhost lockfil logan
    logo longest loos loud louisiana lru ltd luca lucki lui luke lunch ly lyric ma machineri
    mad mail makeup malaysia mall manchest manner manufactur marcu margaret markup marshal
    maryland mask massachusett massiv mathemat matt matthew meaning meanwhil measur meat
    medicin mediev medium melbourn membership mental merchant mere meter metro metropolitan
    mexican miami michigan milk mill miller minnesota mirror mississippi missouri mitchel mixin
    mmap mobil modif monasteri monoton monster montreal monument moon moor morgan morri moscow
    moth motion motiv motor mount mp mph msg multilin murrai muscl musician muslim mutat mutter
    mutual mysteri na nake narrow nazi nba ncaa necessarili needless neighborhood neil nelson
    nervou netherland netrc nevertheless nfl nicer nichola nick ninth nix nobodi nois nomin
    noop noqa norman northeast northwest norwai norwegian nose notif nox ns nuclear nul ny oak
    oauth obj obtain obvious occas occasion occup occupi ocean odd offens ohio oklahoma oldest
    oliv ongo ontario oop opaqu opinion opportun oppos opposit orang ordinari oregon organis
    orlean orthodox ottoman outcom outer overlap overridden oversight overwritten ownership
    oxford pa pace packet pad paint painter pakistan palac pale palm pan panel pant parenthesi
    parker parliamentari particip partli partner partnership passag passeng passthrough pathlib
    pathspec patient patrick patrol paus peak peer penalti peninsula percuss perfectli perman
    permit persian persist personnel phil philadelphia philip philippin philosophi photo
    photographi pickl pid pierr pilot ping pink pitch pittsburgh plane planet plastic plate
    platformdir pleasur plot pocket poem poet poetri pole poll pope portabl portion portrait
    portug portugues possess poverti pp pragma prais precis premier presidenti pride priest
    princess principl printf prix problemat proc proce processor profil profit programm promin
    promis prone protein protest prove provinci ps pseudo ptr pub puerto purchas purpl pygment
    pyi pyopenssl pyupgrad quadrat qualifi quarter quebec queensland quiet quietli rachel
    racial rai rail railroad rain rand rank rapid rapidli ratio reachabl reaction readonli
    readthedoc realiti rear rebuild recognit recov recoveri recreat recv reduct refere refin
    reform reformat refus registr regularli reign relax reliabl relief religion remix renov
    reorgan repeatedli rephras reput req rescu residenti resign resist restart restaur resum
    retriev reusabl revenu reviv revolut revolutionari rhythm rice rich rick ride ridg rifl rio
    rise rival rm rob robin robinson roger roi roll romania romant rome roof ross rough roughli
    rush russel rustc rustfmt rw ryan sad safer sale salt samuel sand sandbox sang sanit santa
    sarah satellit satisfi saturdai scalar scale scare scent schedul scholar scholarship
    scientist scm scottish scratch sdk sean seattl sebastian sector seed seek segfault segment
    sell semi semicolon sentinel serbian serious seth settlement seventh sexual shadow shake
    shall shallow shape sharp sheriff shield shift shit shock shoe shoot shop shore shortcut
    shorten shout shower shrink shrug sibl sick sigh sight significantli silli similarli simon
    sing singapor singh sixth slave slid slight slip smart smell smoke smooth snap snow soccer
    socialist softli soil solar solid somehow somewher songwrit sought soundtrack southeast
    southwest speaker speech speedup spend spirit spiritu spoken sponsor sq squad sr sri
    sslcontext stair stanlei statist steam stephen stewart stick stock stomach strang strateg
    stress stricter strike stronger strongli struck struggl stuck stupid subdirectori subset
    substitut subtl succe succeed successor sudden sudo suffer suffici sugar suicid sum summit
    sundai superflu superior suppli suprem surgeri surpris surround survei surviv susan svg
    sweden swedish sweet swim swiss switzerland sword symphoni synthet tail taiwan talent tall
    tamil tank tar tast tax taylor tea teach teardown tech technic techniqu teeth telemetri
    temperatur tennesse tenni terri terribl th thailand theater thick thin thirti thompson
    thousand threat threaten threshold threw throne ti tick tie tight till tim tip tire tmp
    tokyo tomorrow ton tone tongu toni toolchain toronto tracker trailer translat treati tribe
    trip tripl trophi tropic troubl truck truli truncat tty tunnel turkei turkish twelv twin
    twist ty typecheck typingextens udp uefa ukrain ukrainian ultim un unaffect unbound uncl
    unclear und underground underscor understood undo undocu uniform uniniti uninstal
    unnecessarili unpack unpin unrecogn untrack unusu unwant upcom uppercas upset usabl utah
    uuid valgrind vampir variad vast vc vector vehicl verbatim versu vessel victim victor
    victorian vienna vietnam vincent violenc violent virgin vision visitor visual vm vol vscode
    vulner waist wake walker walter ward warner warren warrior wasm wast wave wayn weak weapon
    wear weather wed weekend weekli welcom welsh weren wet wherea whilst will wilson wine wire
    wisconsin wish wolf wonder wooden wore workdir worldwid worn worri wors worst wound wrestl
    wright writabl wrongli ws xfail xx xxx yard ye youngest yourself zip zizmor zlib zone zstd
    """,
}
