"""The words by which a sentence gives away what it is: a choice, a fact, a plan, a report.

Each name is a cue that :mod:`gitmem.compress.offline.cues` counts and whose worth the labels
taught (``role_weights.json``).  A cue proves nothing by itself.  They are English: of a session in
another language the reasons and choices stay unsaid rather than guessed.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE

CUE_WORDS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, _I)
    for name, pattern in {
        # Choices
        "instead": r"\b(?:instead of|rather than|in place of)\b|\binstead\b",
        "decide": r"\b(?:decid\w+|decision|chose|choose|opted?|picked|settled)\b",
        "prefer": r"\bprefer\w*\b|\bI'd like\b|\bI want\b|\bI would\b",
        "should": r"\bshould\b(?!n'?t| not)",
        "should not": r"\bshould(?:n'?t| not| never)\b|\bmust not\b|\bmustn't\b",
        "must": r"\b(?:must|always|never|only|required?|requires)\b",
        "always": r"\b(?:never|always)\b",
        "only": r"\bonly\b",
        "do not": r"\b(?:don'?t|do not)\b",
        "no need": r"\bno (?:need|reason|point|sense)\b|\bnot (?:needed|necessary|worth)\b"
        r"|doesn't make sense|\bunnecessary\b",
        "keep": r"\b(?:keep|keeps|keeping|kept|stay|stays|leave|left)\b",
        "kept because": r"\b(?:kept|left|keep(?:ing)?|stays?|remains?|leav\w+|still)\b.{0,200}?"
        r"\b(?:because|since|as|so|for)\b|\bleft alone\b|\bunchanged\b",
        "let us": r"\blet'?s\b",
        "let us choose": r"\blet'?s (?:not|skip|leave|drop|remove|keep|use|go|just|do|make|put|add"
        r"|fix|try)\b",
        "go with": r"\b(?:go|going|went|stick|sticking) with\b|\bgo back\b|\bgo for\b",
        "skip": r"\b(?:skip|skipped|ignore|drop|defer|deferred|postpone|out of scope|for now|later"
        r"|not yet)\b",
        "better": r"\b(?:simpl(?:e|er|est|y)|cleaner|cleanest|better|safer|robust|explicit|clear"
        r"|clearer|consistent|cheaper|exact)\b",
        "recommend": r"\b(?:recommend\w*|suggest\w*|lean|propose|approach)\b",
        "option": r"\b(?:option|alternative\w*|either|approach(?:es)?|trade-?offs?|pros|cons"
        r"|could)\b",
        "numbered": r"\boptions? ?\d|^\(?[a-d1-4][).:]",
        "now": r"^now\b|\bnow (?:uses?|shows?|only|is|are|has|have|correctly|properly)\b"
        r"|\bare now\b|\bis now\b",
        "so that": r"\b(?:so that|in order to|this (?:way|ensures|makes|means)|that way|ensures?"
        r"|avoid\w*|prevent\w*)\b",
        "because": r"\b(?:because|since|due to|as it|the reason|reason(?:ing)?)\b",
        "why": r"\bwhy\b",
        "one place": r"\b(?:single|one place|central\w*|everywhere|once|own|dedicated|separate"
        r"|per[- ]\w+)\b",
        "move": r"\b(?:move|moved|extract\w*|consolidat\w+|split|merge[sd]?|rename[sd]?"
        r"|replace[sd]?|switch\w*|revert\w*|restore[sd]?)\b",
        "default": r"\bdefaults?\b",
        "agreed": r"^(?:got it|makes sense|agreed|good (?:point|idea|call|catch|question)"
        r"|you'?re (?:absolutely )?right|yes|yeah|exactly|right|fair)\b",
        "wonder": r"\b(?:wonder\w*|not sure|hmm+|maybe|what about|how about|isn't|aren't|don't we"
        r"|shouldn't)\b",
        "on second thought": r"\b(?:thinking again|on second thought|actually|going back|revert)\b",
        # Facts
        "cannot": r"\b(?:cannot|can'?t|won'?t|unable|impossible|not possible|no way)\b",
        "does not": r"\b(?:does(?:n'?t| not)|do(?:n'?t| not)|is(?:n'?t| not)|are(?:n'?t| not)"
        r"|has no|have no|without|lacks?)\b",
        "did not": r"\b(?:did(?:n'?t| not)|was(?:n'?t| not)|were(?:n'?t| not))\b",
        "behaves": r"\b(?:requires?|needs?|expects?|depends?|assumes?|relies|accepts?|supports?"
        r"|allows?|returns?|reads?|writes?|uses?|stores?|contains?|creates?|calls?|checks?|treats?"
        r"|skips?|ignores?|deletes?|updates?|strips?|points?|maps?|falls? back)\b",
        "when": r"\b(?:when(?:ever)?|if|unless|until|even (?:if|when)|while|once|after|before)\b",
        "root cause": r"\b(?:root cause|turns out|the (?:real |actual |main )?"
        r"(?:issue|problem|bug|cause|reason|catch|key insight|key|insight|culprit))\b",
        "found it": r"\b(?:found (?:it|the)|I (?:can )?see (?:the|it)|issue (?:is )?clear"
        r"|the issue)\b",
        "fault": r"\b(?:bug|broken|breaks?|broke|fail(?:s|ed|ing|ure)?|error\w*|crash\w*|wrong"
        r"|incorrect\w*|missing|stale|race|hang|panic|leak\w*|corrupt\w*|invalid|conflict\w*"
        r"|duplicat\w*|orphan\w*)\b",
        "already": r"\balready\b",
        "causes": r"\b(?:caus(?:e[sd]?|ing)|leads? to|result(?:s|ed|ing)? in|means|so it"
        r"|therefore|which (?:means|makes|causes|is why))\b",
        "limit": r"\b(?:circular|cycle|limit\w*|limitation|constraint|timeout|permission"
        r"|deprecated|version|format)\b",
        "note": r"\b(?:note|caveat|warning|important|catch|gotcha|careful|remember)\b",
        "before": r"^(?:before|after|previously|currently|the old|old|original)\b"
        r"|\b(?:before|previously|originally)\b",
        "hedge": r"\b(?:might|may|maybe|perhaps|probably|likely|seems?|appears?|suggests?"
        r"|looks like|I think|I believe|I assume|possibly|presumably|could be|hypothesis)\b",
        "begins with this": r"^(?:this|that|these|those|it|they|he|she|which)\b",
        "begins with the": r"^(?:the|a|an|both|each|all|every|no)\b",
        "begins with code": r"^`",
        "begins with if": r"^(?:if|when|once|unless|for|since|because|given)\b",
        "begins with but": r"^(?:but|however|and|or|so|also|then)\b",
        "leans on before": r"^(?:it|this|that|these|those|they|he|she|both|which|so|then|also|and"
        r"|but|or|however)\b",
        # Reports, plans and chores
        "intent": r"\b(?:let me|I['’]?ll|I will|I['’]?m going to|I need to|I['’]?m (?:checking"
        r"|adding|reading|using|opening|running|making|doing|inspecting|verifying|pulling|deleting"
        r"|pushing|committing|updating)|now I|I should|I can see|I can|I see|I have|I['’]ve)\b",
        "I": r"\b(?:I|my|me)\b",
        "we": r"\b(?:we|our|us)\b",
        "you": r"\b(?:you|your)\b",
        "begins with edit": r"^(?:[-*] )?(?:(?:all|key|core)? ?"
        r"(?:changes?|updates?|tests?|files?|summary)[^:]{0,20}:? ?)?(?:added|updated?|removed?"
        r"|changed?|fix(?:ed|es)?|created?|moved?|renamed?|replaced?|modified|deleted|wrote"
        r"|implemented|refactored|extracted|converted|cleaned|committed|pushed|verified|ran|tested"
        r"|adds?|handles|tests?|verif(?:y|ies))\b",
        "edit": r"\b(?:added|updated|removed|changed|fixed|created|moved|renamed|replaced|modified"
        r"|deleted|implemented|refactored|extracted|increased|set)\b",
        "lines": r"\blines? \d|:\d{2,}\b|\(line",
        "passes": r"\b(?:tests?|lint(?:er|ing)?|build|checks?)\b.{0,40}"
        r"\b(?:pass(?:es|ed)?|clean|green|succe\w+|0 issues)\b|\ball (?:tests|clean|good)\b",
        "test": r"\btests?\b",
        "done": r"^(?:done|perfect|great|excellent|good|ok|okay|fixed|all done|now)\b",
        "git": r"\b(?:commit(?:ted|ting|s)?|push(?:ed|ing)?|rebase\w*|merge conflict|PR"
        r"|pull request|branch|staged?)\b",
        "summary": r"\b(?:summary|here'?s|here is|the following|as follows|below)\b",
        "remaining": r"\b(?:remaining|todo|next steps?|follow-?up|still to|ready (?:for|to)"
        r"|next up)\b",
        "offer": r"\b(?:want me|would you like|shall I|should I|should we|do you want"
        r"|which (?:one|approach|option|do|way)|what'?s your|what do you think|thoughts)\b",
        "review": r"\b(?:review\w*|finding\w*|feedback|severity|comment\w*|P[123]|nit)\b",
        "diagnostic": r"\b(?:diagnostics?|pre-existing|unrelated|stale)\b",
        "step": r"\b(?:task \d|step \d|phase \d|subagent|todo)\b",
        "please": r"\b(?:please|can you|could you|can we|could we|would you)\b",
        "yes": r"^(?:ok(?:ay)?|yes|yeah|yep|sure|no|nah|hmm)\b",
        # Form
        "number": r"\d",
        "link": r"https?://",
        "quotation": r"[\"“”]",
        "arrow": r"→|->",
        "colon": r":\s",
        "dash": r" [-–—] ",
        "bracket": r"\(",
    }.items()
}

CODE = re.compile(
    r"`[^`]{1,200}`|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z]+[A-Z]\w+\b|\b\w+_\w+\b|--[a-z][\w-]+"
    r"|(?<![\w/-])[\w/-]{1,120}\.(?:go|py|js|ts|md|json|yaml|yml|sh|toml|rs)\b"
)
"""A name in code: an identifier, an option, a file."""

AGREEMENT = re.compile(
    r"^(?:ok(?:ay)?|yes|yeah|yep|yup|sure|sounds good|do (?:it|that)|go ahead|perfect|great|good"
    r"|agreed?|lets?|let's|please do|exactly|right|correct|nice|cool|lgtm|makes sense|\d+$|option"
    r"|[a-d]$|thanks)\b",
    _I,
)
"""How a person takes an agent's proposal."""

OBJECTION = re.compile(
    r"\b(?:no,|nope|hmm+|instead|actually|but|wait|don'?t|not sure|wrong|why|still|rather"
    r"|thinking again|revert|go back)\b",
    _I,
)
ACCEPTANCE = re.compile(
    r"^(?:(?:ah|oh|ok(?:ay)?|yes|yeah|ha|hmm|right|sure|great|perfect|excellent|fair)"
    r"[,!. —–-]+)*(?:got it|makes sense|agreed|understood"
    r"|good (?:point|idea|call|catch|thinking)|great (?:point|idea)"
    r"|fair (?:point|enough)|you['’]?re (?:absolutely |totally |quite )?(?:right|correct)"
    r"|that['’]?s (?:a )?(?:right|better|fair|cleaner|good|great|correct)\b|exactly|absolutely|yes"
    r"|yeah|updated:|right)\b",
    _I,
)
"""How an agent takes a person's word."""

REVERSAL = re.compile(
    r"\b(?:actually|go back|going back|revert|undo|you['’]?re right|thinking again|instead"
    r"|turns out|wrong|not the|wasn'?t|my mistake|I was wrong|apologi)\w*",
    _I,
)
"""What cancels what was said before on the same thing."""

STEERING = re.compile(
    r"\b(?:no[, ]|not\b|don'?t|never|remove|drop|skip|instead|rather|without|leave|only|too much"
    r"|overkill|unnecessary|revert|go back|completely|keep|stay|better|prefer|should|shouldn'?t"
    r"|must|always|want|like to|I think|couldn'?t we|can'?t we|why not|shouldn'?t we|we could"
    r"|could we|what about|how about|wonder|maybe|let'?s)\b",
    _I,
)
"""How a person changes the direction."""

TASK = re.compile(
    r"^(?:(?:ok(?:ay)?|yes|yeah|now|great|perfect|and|then|also|please|thanks|cool|nice|good|first"
    r"|just|try to|can (?:you|we)|could (?:you|we)|let'?s|you can|go ahead and|I want you to)"
    r"[,.! ]+)*"
    r"(?:add (?:(?:a|some|more|the|integration|unit) )*tests?|commit|push"
    r"|create (?:a |the )?(?:pr|pull|branch|plan|issue)|open (?:a )?pr|run|check|look|explain|show"
    r"|read|review|tell|list|investigate|analy[sz]e|debug|find|figure|verify|test"
    r"|update (?:the )?(?:docs?|readme|changelog|pr)|write (?:it|this|a plan)"
    r"|fix (?:it|this|that|the (?:lint|tests?|build|bug|issue))|merge|rebase|continue|proceed"
    r"|implement|do (?:it|that|this)|start|retry|try again|give me|summari[sz]e|brainstorm|address"
    r"|work (?:on|through)|reply|resolve|squash|pull|switch|install|help|double check|take a look"
    r"|come up|think about|propose|describe)\b",
    _I,
)
"""An order that asks for work and decides nothing."""

QUESTION_WORD = re.compile(
    r"^(?:(?:and|but|so|ok|hmm|wait|q:)[, ]+)*(?:what|why|how|where|when|which|who|is|are|does|do"
    r"|did|has|have|was|were|would|will|can you explain|can it)\b",
    _I,
)
SUGGESTION = re.compile(r"\b(?:couldn't|can we not|shouldn't|don't|isn't|should)\b", _I)

INTENT_OPENING = re.compile(
    r"^(?:(?:now|first|next|then|also|and|so|ok(?:ay)?|good|great|perfect|right|actually|alright"
    r"|sure|yes)[,.!:]? )*(?:let me|let['’]s (?:check|see|look|run|verify|now|start|first)"
    r"|I['’]?ll|I will|I['’]?m (?:going|now|about)|I am (?:going|now)|I need to|I should|now I"
    r"|I can (?:now )?see|I see|I notice|I have|I['’]ve|I['’]m \w+ing|moving (?:on )?to"
    r"|proceeding|continuing|dispatching|running|checking|using|looking)\b",
    _I,
)
"""What the agent is about to do."""

REPORT_OPENING = re.compile(
    r"^(?:here['’]?s|here is|here are|summary|all (?:tests|checks|done|good|clean)"
    r"|(?:the )?(?:tests?|build|lint(?:er|ing)?|code)\b.{0,25}"
    r"\b(?:pass|passes|passed|compiles|succe\w+|clean)|done\b|no response requested|waiting"
    r"|committed|pushed|both edits|pr (?:created|#)|progress)",
    _I,
)
"""What the agent has just done."""
OPTION_OPENING = re.compile(r"^(?:options?\b[^.]{0,20}:|option \w\b|\(?[a-d1-9][):])", _I)
"""One of several ways, which nobody has chosen yet."""

TAKEN_BACK = re.compile(
    r"\b(?:go(?:ing)? back to|revert(?:ed|ing)?|undo|undid|thinking again|on second thought"
    r"|I was wrong|made that up|never ?mind|scrap (?:that|the)|let['’]?s not|forget (?:that|about)"
    r"|no longer)\b",
    _I,
)
"""What takes back, beyond doubt, what was said before on the same thing."""
DESCRIPTION_OPENING = re.compile(
    r"^(?:(?:so|but|and|yes|no|now|right|well|actually|note)[,:]? )*(?:it|this|that|these|those"
    r"|they|both|right now|currently|today|at the moment|before|previously|you|you['’]ll|you['’]re"
    r"|where|what|how|on both counts|try|give|if (?:you|the|we|so|no|not|yes)|when (?:you|the)|why"
    r"|problem|issue|question|the (?:bug|problem|issue|question|(?:\w+ )?options?)|we['’]re"
    r"|there['’]s|there (?:is|are|was))\b|"
    r"(?:fix |suggested |my )?(?:suggestion|suggested fix|proposal|proposed fix)\b|"
    r"^(?:exactly|great|good|fair)\b.{0,40}\b(?:question|point|counts)\b",
    _I,
)
"""What describes, advises or answers: true perhaps, but no choice."""

PROPOSAL = re.compile(
    r"\bI['’]d (?:recommend|suggest|lean|go|prefer|say|keep|put)\b|\bmy (?:recommendation|lean|pick"
    r"|suggestion|preference)\b|\brecommend(?:ation|ed)?\b|\bsuggest\w*|\bwe could\b"
    r"|\b(?:could|might|may) (?:also |be |use |add |just )|\bwould be\b|\bif you(?:['’]d)? (?:want"
    r"|like|prefer)\b",
    _I,
)
"""What the agent offers: a choice only where the person takes it."""

PLAIN_CHOICE = re.compile(
    r"^(?:(?:so|and|here|for now)[, ]+)?(?:I|we)(?:['’]ve)? (?:\w+ ){0,2}?"
    r"(?:choose|chose|picks?|picked|decided?|opted|went with|go with|prefer(?:red)?|takes?|took|use"
    r"|used|keep|kept|store|stored|put)\b.{4,240}"
    r"\b(?:because|so that|instead of|rather than|over)\b|"
    r"^(?:an? |the )?[^,;:.?]{3,60} (?:fits|works|suits|scales|reads) better (?:here )?than "
    r"[^,;:.?]{3,80}(?:[:;]|,? because\b)|"
    r"^(?![^,;:?]{0,80}\b(?:is|are|was|were|gets?|got|goes|went|returns?|fails?|hits?|hitting)\b)"
    r"[^,;:?]{2,80} (?:instead of|rather than) [^,;:?]{2,60}, because\b",
    _I,
)
"""A choice with its reason, or with what was not chosen, in so many words."""
PLAIN_ORDER = re.compile(
    r"^(?:(?:please|so|and|then|ok|okay|instead)[, ]+)*"
    r"(?:use|keep|store|prefer|take|put|make|return|choose|pick|leave|avoid|never \w+|"
    r"(?:do not|don['’]?t) \w+)\b"
    r"(?:(?!\bbut\b)[^;:?]){3,160}?,? "
    r"(?:because|since (?:we|it|the|they|that|this|there)|as (?:we|it|they|there)) .{8,240}",
    _I,
)
"""What a person tells the agent to do, with the reason."""
TEST_NAME = re.compile(r"^`?test\w*|`Test\w+", _I)
