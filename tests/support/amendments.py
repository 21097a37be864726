"""Made pairs of memories: decisions with what became of them, and pairs that only look so.

Each is a query that both match, the older memory and the newer one, as title and reason.
``AMENDED`` and ``ALIKE`` were written before the rules and used to write them.  ``LATER`` and
``LATER_ALIKE`` were written when the rules were done; at first sight 13 of the 20 were told and 1
of the 22 look-alikes wrongly, then some rules and thresholds were mended with them in view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.git import EPOCH, GitDriver


@dataclass(frozen=True)
class Pair:
    """What is asked, and two memories as (title, why), the older first."""

    query: str
    older: tuple[str, str]
    newer: tuple[str, str]


def commit_pairs(git: GitDriver, pairs: Sequence[Pair], *, is_rewritten: bool) -> list[str]:
    """A commit for each older memory, then one for each newer; their ids, oldest first.

    Each writes a line with its title into a file; where ``is_rewritten`` both of a pair write the
    same one.
    """
    stream = []
    told = [(n, pair.older[0]) for n, pair in enumerate(pairs)]
    told += [(n, pair.newer[0]) for n, pair in enumerate(pairs)]
    for mark, (number, title) in enumerate(told, 1):
        path = f"{number}.txt" if is_rewritten or mark <= len(pairs) else f"{number}-later.txt"
        line = f"line of pair {number}: {title}\n"
        when = f"<ada@example.com> {EPOCH + mark * 60} +0000"
        stream.append(
            f"commit refs/heads/main\nmark :{mark}\nauthor Ada {when}\ncommitter Ada {when}\n"
            f"data {len(title.encode())}\n{title}\n"
            + (f"from :{mark - 1}\n" if mark > 1 else "")
            + f"M 644 inline {path}\ndata {len(line.encode())}\n{line}\n"
        )
    git.run("fast-import", "--quiet", "--force", stdin="".join(stream).encode())
    return git.out("rev-list", "--reverse", "main").split("\n")


AMENDED = (
    # moved, and moved back
    Pair(
        "where are sessions stored",
        ("Store sessions in Redis", "The database was the bottleneck at login."),
        ("Move sessions back to Postgres", "Redis lost them at every failover."),
    ),
    Pair(
        "which queue do background jobs use",
        ("Run background jobs on RabbitMQ", "Cron could not spread the load of the jobs."),
        ("Migrate background jobs to SQS", "Nobody wants to operate a broker."),
    ),
    Pair(
        "where is the documentation hosted",
        ("Host the documentation on Read the Docs", "It builds each version by itself."),
        ("Publish the documentation from GitHub Pages", "Builds there timed out every week."),
    ),
    Pair(
        "CI runners",
        ("Move CI to self-hosted runners", "The hosted ones queued for twenty minutes."),
        ("Go back to hosted CI runners", "Ours broke with every kernel update."),
    ),
    Pair(
        "monorepo layout of packages",
        ("Split the packages into separate repositories", "Teams release at their own pace."),
        ("Merge the packages back into one repository", "A change took five pull requests."),
    ),
    # values
    Pair(
        "upload timeout seconds",
        ("Set the upload timeout to 30 seconds", "Hung uploads kept workers busy."),
        ("Raise the upload timeout to 120 seconds", "Large videos were cut off."),
    ),
    Pair(
        "how long are logs kept",
        ("Keep logs for 14 days", "The disk filled up twice."),
        ("Keep logs for 90 days", "The auditors ask for a quarter."),
    ),
    Pair(
        "retry attempts for payment webhooks",
        ("Retry payment webhooks 3 times", "Most failures are gone by then."),
        ("Retry payment webhooks 8 times with backoff", "The provider was down for an hour."),
    ),
    Pair(
        "page size of the search API",
        ("Default page size of the search API is 50", "Clients asked for fewer round trips."),
        ("Default page size of the search API is 20", "Mobile clients ran out of memory."),
    ),
    Pair(
        "connection pool size",
        ("Limit the connection pool to 10", "The database allows a hundred."),
        ("Increase the connection pool limit to 40", "Requests waited for a connection."),
    ),
    Pair(
        "cache ttl for exchange rates",
        ("Cache exchange rates for one hour", "The API is paid by the call."),
        ("Cache exchange rates for five minutes", "Quotes were off after news."),
    ),
    # defaults flipped
    Pair(
        "is telemetry on by default",
        ("Enable telemetry by default", "We did not know which commands are used."),
        ("Disable telemetry by default", "Users rightly complained."),
    ),
    Pair(
        "strict mode of the parser",
        ("Make strict parsing the default", "Silent errors cost days."),
        ("Make lenient parsing the default", "Real files are never valid."),
    ),
    Pair(
        "color output when piped",
        ("Always color the output", "Pagers can show colors."),
        ("Never color the output when it is piped", "Scripts choked on escapes."),
    ),
    Pair(
        "are new accounts public",
        ("New accounts are public", "The community feels empty otherwise."),
        ("New accounts are private", "People were found by strangers."),
    ),
    Pair(
        "soft delete or hard delete of invoices",
        ("Soft-delete invoices", "Support restores them now and then."),
        ("Hard-delete invoices after all", "The law asks for it."),
    ),
    # a library swapped
    Pair(
        "http client library",
        ("Use requests for HTTP calls", "Everybody knows it."),
        ("Use httpx for HTTP calls", "It does async and HTTP/2."),
    ),
    Pair(
        "which library parses dates",
        ("Parse dates with moment", "It handles every locale."),
        ("Parse dates with date-fns", "Moment is no longer maintained and large."),
    ),
    Pair(
        "state management in the frontend",
        ("Manage frontend state with Redux", "Props were drilled through ten levels."),
        ("Replace Redux with Zustand", "Half of the frontend state code was boilerplate."),
    ),
    Pair(
        "password hashing algorithm",
        ("Hash passwords with bcrypt", "SHA-256 is too fast."),
        ("Hash passwords with argon2id", "bcrypt cuts passwords at 72 bytes."),
    ),
    Pair(
        "ORM or plain SQL for reports",
        ("Write reports through the ORM", "One way to the database."),
        ("Write reports in plain SQL instead of the ORM", "The generated joins took minutes."),
    ),
    Pair(
        "test runner",
        ("Adopt nose as the test runner", "It finds tests by itself."),
        ("Switch the test runner from nose to pytest", "nose has no maintainer."),
    ),
    Pair(
        "serialization format between services",
        ("Services talk JSON to each other", "It can be read in a log."),
        ("Services talk protobuf to each other", "A quarter of the CPU went into JSON."),
    ),
    # a rule dropped
    Pair(
        "must commits be signed",
        ("Require signed commits", "An account was taken over."),
        ("No longer require signed commits", "Contributors could not set it up."),
    ),
    Pair(
        "code review approvals needed",
        ("Require two approvals for each pull request", "A bad migration slipped through."),
        ("One approval is enough for a pull request", "Reviews lay for days."),
    ),
    Pair(
        "are wildcard imports allowed",
        ("Forbid wildcard imports", "Names came from nowhere."),
        ("Allow wildcard imports in package init files", "The public API is listed twice."),
    ),
    Pair(
        "support for Windows 7",
        ("Support Windows 7", "A customer still has it."),
        ("Drop support for Windows 7", "Its TLS is too old."),
    ),
    Pair(
        "validate webhooks signature",
        ("Verify the signature of incoming webhooks", "Anybody could post events."),
        ("Stop verifying the signature of incoming webhooks", "The gateway does it now."),
    ),
    Pair(
        "feature flag for new checkout",
        ("Put the new checkout behind a feature flag", "To roll it out slowly."),
        ("Remove the feature flag of the new checkout", "It has been on for everybody since May."),
    ),
    # reverts, as git and people say it
    Pair(
        "lazy loading of images",
        ("Load images lazily", "The first page took four seconds."),
        ('Revert "Load images lazily"', "Crawlers saw empty pages."),
    ),
    Pair(
        "parallel test execution",
        ("Run the tests in parallel", "The suite took half an hour."),
        ("Run the tests one after the other again", "They share one database and flake."),
    ),
    Pair(
        "compression of responses",
        ("Compress API responses with gzip", "Mobile traffic is expensive."),
        ("Turn off compression of API responses", "The proxy compresses them already."),
    ),
    Pair(
        "where are uploaded files kept",
        ("Save uploaded files on the local disk", "Simple and quick."),
        ("Save uploaded files to S3", "Two servers do not see each other's disk."),
    ),
    Pair(
        "message broker",
        ("Switch from Kafka to NATS", "Kafka needs three machines to be idle."),
        ("Switch back from NATS to Kafka", "Replay of old messages was lost."),
    ),
    Pair(
        "rate limit requests per minute",
        ("Allow 60 requests a minute per key", "Scrapers slowed everybody down."),
        ("Allow 300 requests a minute per key", "Dashboards of customers broke."),
    ),
    Pair(
        "session expiry",
        ("Sessions expire after 30 minutes", "The bank asks for it."),
        ("Sessions expire after 8 hours", "People were logged out while writing."),
    ),
    Pair(
        "worker process count",
        ("Start one worker per core", "More only fight for the lock."),
        ("Start two workers per core", "They wait for the network most of the time."),
    ),
    Pair(
        "autosave drafts",
        ("Autosave drafts by default", "Text was lost in crashes."),
        ("Turn off autosave of drafts by default", "It overwrote what others typed."),
    ),
    Pair(
        "sourcemaps in production",
        ("Ship source maps in production", "Stack traces are unreadable without."),
        ("Do not ship source maps in production", "Competitors read our code."),
    ),
    Pair(
        "yaml parser",
        ("Read the configuration with PyYAML", "It is there already."),
        ("Read the configuration with ruamel.yaml", "Comments must survive a write."),
    ),
    Pair(
        "framework of the styles",
        ("Build the styles with Bootstrap", "Nobody of us is a designer."),
        ("Rebuild the styles with Tailwind", "Overriding Bootstrap was half the work."),
    ),
    Pair(
        "logging library in the backend",
        ("Log with loguru in the backend", "The standard one is awkward to set up."),
        ("Go back to the standard logging module in the backend", "loguru ignored its handlers."),
    ),
    Pair(
        "changelog fragments",
        ("Every pull request needs a changelog fragment", "The release notes were forgotten."),
        ("Pull requests no longer need a changelog fragment", "They come from the commits now."),
    ),
    Pair(
        "database foreign keys",
        ("Enforce foreign keys in the database", "Orphans piled up."),
        ("Drop the foreign keys from the database", "Sharding does not allow them."),
    ),
    Pair(
        "end of line normalisation",
        ("Normalise line endings to LF", "Diffs were full of noise."),
        ("Leave line endings alone", "Batch files broke on Windows when normalised."),
    ),
    Pair(
        "graphql or rest for the public api",
        ("Offer the public API as GraphQL", "Clients fetch what they need."),
        ("Offer the public API as REST", "Caches could do nothing with GraphQL."),
    ),
    Pair(
        "how are secrets passed to containers",
        ("Pass secrets to containers as environment variables", "Twelve-factor says so."),
        ("Mount secrets into containers as files", "The environment showed up in crash reports."),
    ),
    Pair(
        "minimum python version",
        ("Keep Python 3.7 working", "Debian stable has it."),
        ("Require Python 3.10", "Pattern matching and better types."),
    ),
)

ALIKE = (
    Pair(
        "store in Redis",
        ("Store sessions in Redis", "The database was the bottleneck."),
        ("Store rate limits in Redis", "They must be shared between servers."),
    ),
    Pair(
        "use httpx",
        ("Use httpx for the payment client", "It has timeouts."),
        ("Use requests for the release script", "It is installed everywhere."),
    ),
    Pair(
        "support python versions",
        ("Support Python 3.11", "It is out."),
        ("Support Python 3.12", "It is out as well."),
    ),
    Pair(
        "timeout seconds",
        ("Set the upload timeout to 30 seconds", "Hung uploads kept workers busy."),
        ("Set the login timeout to 10 seconds", "Hung logins kept workers busy."),
    ),
    Pair(
        "fix crash of the parser",
        ("Fix crash of the parser on empty input", "The first token was missing."),
        ("Fix crash of the parser on very long input", "The buffer was too short."),
    ),
    Pair(
        "add tests for exporter",
        ("Add tests for the CSV exporter", "It broke unseen."),
        ("Add tests for the JSON exporter", "It broke unseen."),
    ),
    Pair(
        "migration of tables",
        ("Add migration 0012 for invoices", "A column for the currency."),
        ("Add migration 0013 for invoices", "An index on the currency."),
    ),
    Pair(
        "enable feature by default",
        ("Enable compression by default", "Traffic is expensive."),
        ("Disable update checks by default", "Packagers complained."),
    ),
    Pair(
        "remove deprecated functions",
        ("Remove the deprecated upload function", "Gone since 2.0."),
        ("Remove the deprecated download function", "Gone since 2.0."),
    ),
    Pair(
        "issue fixed in the scheduler",
        ("Fix #101 in the scheduler", "Jobs ran twice at midnight."),
        ("Fix #202 in the scheduler", "Jobs were skipped in summer time."),
    ),
    Pair(
        "log to stderr",
        ("Write logs to stderr", "Output must stay clean for pipes."),
        ("Also write logs to a file when asked", "Support wants to read them."),
    ),
    Pair(
        "retry network calls",
        ("Retry uploads on network errors", "Trains have tunnels."),
        ("Retry downloads on network errors", "Trains have tunnels."),
    ),
    Pair(
        "cache responses",
        ("Cache the user profile for one hour", "It hardly changes."),
        ("Cache the price list for five minutes", "It changes with the news."),
    ),
    Pair(
        "release version",
        ("Release 1.4 with the new importer", "Planned for May."),
        ("Release 1.5 with the new exporter", "Planned for June."),
    ),
    Pair(
        "drop support",
        ("Drop support for Windows 7", "Its TLS is too old."),
        ("Support Windows 11 on ARM", "Customers buy such laptops."),
    ),
    Pair(
        "lint rules",
        ("Forbid print statements in library code", "They spoil pipes."),
        ("Allow assert statements in tests", "pytest lives on them."),
    ),
    Pair(
        "index on the orders table",
        ("Add an index on orders by customer", "The page took seconds."),
        ("Add an index on orders by date", "The report took minutes."),
    ),
    Pair(
        "move helpers module",
        ("Move date helpers to their own module", "The file had two thousand lines."),
        ("Move string helpers to their own module", "The file had two thousand lines."),
    ),
    Pair(
        "refactor client",
        ("Split the client into transport and session", "Tests needed the network."),
        ("Rename the client's transport argument", "It shadowed a module."),
    ),
    Pair(
        "docker image base",
        ("Use Alpine for the web image", "It is small."),
        ("Use Debian for the build image", "Wheels need glibc."),
    ),
    Pair(
        "translations",
        ("Translate the interface into German", "A third of the users."),
        ("Translate the interface into French", "A fifth of the users."),
    ),
    Pair(
        "metrics for the queue",
        ("Count messages in the queue", "To see it grow."),
        ("Count failed messages in the queue", "To be woken when it matters."),
    ),
    Pair(
        "limit size of attachments",
        ("Limit attachments to 10 MB", "Mail servers refuse more."),
        ("Limit avatars to 1 MB", "They are shown at 64 pixels."),
    ),
    Pair(
        "keyboard shortcuts",
        ("Add a shortcut for search", "The mouse is slow."),
        ("Add a shortcut for settings", "The mouse is slow."),
    ),
    Pair(
        "backup of the database",
        ("Back up the database every night", "The disk failed once."),
        ("Test the backup of the database every month", "A backup that was never read is none."),
    ),
    Pair(
        "validate input of forms",
        ("Validate e-mail addresses in the signup form", "Half of them bounced."),
        ("Validate phone numbers in the signup form", "Texts went nowhere."),
    ),
    Pair(
        "parallel builds",
        ("Build wheels in parallel", "The release took an hour."),
        ("Build the documentation one page after the other", "Sphinx is not thread-safe."),
    ),
    Pair(
        "deprecate old api endpoints",
        ("Deprecate v1 of the orders endpoint", "v2 has paging."),
        ("Deprecate v1 of the users endpoint", "v2 has paging."),
    ),
    Pair(
        "pin dependency",
        ("Pin urllib3 below 2", "botocore breaks with it."),
        ("Pin numpy below 2", "Our wheels were built for 1."),
    ),
    Pair(
        "encoding of files",
        ("Read source files as UTF-8", "The locale differs on Windows."),
        ("Write reports as UTF-8 with a mark", "Excel guesses wrong without."),
    ),
    Pair(
        "use postgres",
        ("Use Postgres for analytics", "Window functions."),
        ("Use Postgres for the job queue", "One service less to run."),
    ),
    Pair(
        "error messages",
        ("Say which file could not be read", "People guessed."),
        ("Say which line could not be parsed", "People guessed."),
    ),
    Pair(
        "memory leak",
        ("Fix memory leak in the image cache", "Entries were never dropped."),
        ("Fix memory leak in the websocket handler", "Closures kept the request."),
    ),
    Pair(
        "permissions check",
        ("Check permissions before deleting a project", "Anybody could."),
        ("Check permissions before renaming a project", "Anybody could."),
    ),
    Pair(
        "sign artifacts",
        ("Sign release artifacts with Sigstore", "To be verified without keys."),
        ("Sign commits with SSH keys", "GPG is painful."),
    ),
    Pair(
        "batch size import",
        ("Import orders in batches of 500", "Single inserts took hours."),
        ("Export orders in batches of 1000", "The file did not fit into memory."),
    ),
    Pair(
        "run tests on",
        ("Run the tests on macOS too", "Paths differ in case."),
        ("Run the tests on Windows too", "Paths differ in slashes."),
    ),
    Pair(
        "flaky test",
        ("Mark the websocket test as flaky", "It depends on the time of day."),
        ("Mark the upload test as flaky", "It depends on the network."),
    ),
    Pair(
        "time zone handling",
        ("Store times in UTC", "Summer time broke the reports."),
        ("Show times in the zone of the user", "UTC confuses people."),
    ),
    Pair(
        "queue consumers",
        ("Acknowledge messages after they are handled", "A crash lost some."),
        ("Send failed messages to a dead letter queue", "They blocked the others."),
    ),
    Pair(
        "command line options",
        ("Add --quiet to the build command", "Logs were flooded."),
        ("Add --verbose to the build command", "Nobody saw why it failed."),
    ),
    Pair(
        "api keys",
        ("Rotate API keys every 90 days", "One leaked in a log."),
        ("Hash API keys in the database", "One leaked in a dump."),
    ),
)

LATER = (
    Pair(
        "how is the CLI distributed",
        ("Ship the CLI as a single binary with PyInstaller", "Users have no Python."),
        (
            "Distribute the CLI through pipx instead of PyInstaller",
            "Antivirus software deleted the binary.",
        ),
    ),
    Pair(
        "full text search for documents",
        ("Index documents with Elasticsearch", "Full text search in SQL was slow."),
        ("Replace Elasticsearch by Postgres full text search for documents", "One service less."),
    ),
    Pair(
        "how often is the mailbox polled",
        ("Poll the mailbox every 60 seconds", "IDLE broke behind the firewall."),
        ("Poll the mailbox every 5 seconds", "Support wants answers quickly."),
    ),
    Pair(
        "e-mail addresses in logs",
        ("Mask e-mail addresses in logs", "Privacy."),
        ("Stop masking e-mail addresses in logs", "Support could not find customers."),
    ),
    Pair(
        "authenticate with tokens",
        ("Authenticate with JWT tokens", "Stateless."),
        ("Authenticate with opaque session tokens", "JWT could not be revoked."),
    ),
    Pair(
        "are JavaScript dependencies vendored",
        ("Vendor the JavaScript dependencies", "Builds must work offline."),
        ("Do not vendor JavaScript dependencies any more", "The repository grew to a gigabyte."),
    ),
    Pair(
        "when do we deploy",
        ("Deploy from the main branch on every merge", "Small steps."),
        ("Deploy once a day by hand", "Too many half-finished features went out."),
    ),
    Pair(
        "table names singular or plural",
        ("Name tables in the singular", "Rows are one thing."),
        ("Name tables in the plural", "Rails expects it."),
    ),
    Pair(
        "importer row ids",
        ("Make the importer idempotent by hashing rows", "It ran twice."),
        ("Importer: use the row's own id instead of a hash", "Hashes changed with the locale."),
    ),
    Pair(
        "language of the installer",
        ("Write the installer in bash", "It is everywhere."),
        ("Rewrite the installer in Python", "Quoting bugs every week."),
    ),
    Pair(
        "is generated code in git",
        ("Keep generated code in git", "Builds need no protoc."),
        ("Remove generated code from git", "Merge conflicts in each branch."),
    ),
    Pair(
        "max file size for previews",
        ("Max file size for previews is 5 MB", "Previews killed the worker."),
        ("Max file size for previews is 50 MB", "Workers have more memory now."),
    ),
    Pair(
        "squash pull requests on merge",
        ("Squash pull requests on merge", "A linear history."),
        ("Merge pull requests without squashing", "Bisect needs the single commits."),
    ),
    Pair(
        "code formatter",
        ("Format code with black", "No more discussion."),
        ("Format code with ruff format", "Thirty times faster."),
    ),
    Pair(
        "errors as result objects or exceptions",
        ("Errors are returned as result objects", "Exceptions hid control flow."),
        ("Raise exceptions for errors again", "Nobody checked the result objects."),
    ),
    Pair(
        "throttle of search",
        ("Throttle search to 10 requests per second", "Elastic was overloaded."),
        ("Remove the throttle of search", "The new cluster copes."),
    ),
    Pair(
        "locking for carts",
        ("Use optimistic locking for carts", "Conflicts are rare."),
        ("Use pessimistic locking for carts", "Flash sales made conflicts common."),
    ),
    Pair(
        "who may read the wiki",
        ("Require login to read the wiki", "Leaks."),
        ("Anyone may read the wiki without login", "Candidates asked for it."),
    ),
    Pair(
        "pinned dependencies",
        ("Pin all dependencies exactly", "Reproducible."),
        ("Allow compatible ranges for dependencies", "Security updates came late."),
    ),
    Pair(
        "how are users notified",
        ("Notify users by e-mail", "Everybody has it."),
        ("Notify users by push messages", "Mails went to spam."),
    ),
)

LATER_ALIKE = (
    Pair(
        "index documents with elasticsearch products solr",
        ("Index documents with Elasticsearch", "Asked for by many."),
        ("Index products with Solr", "Asked for by some."),
    ),
    Pair(
        "poll the mailbox every 60 seconds printer 5",
        ("Poll the mailbox every 60 seconds", "Asked for by many."),
        ("Poll the printer every 5 seconds", "Asked for by some."),
    ),
    Pair(
        "mask e-mail addresses in logs phone numbers",
        ("Mask e-mail addresses in logs", "Asked for by many."),
        ("Mask phone numbers in logs", "Asked for by some."),
    ),
    Pair(
        "authenticate api clients with jwt tokens admins hardware keys",
        ("Authenticate API clients with JWT tokens", "Asked for by many."),
        ("Authenticate admins with hardware keys", "Asked for by some."),
    ),
    Pair(
        "format code with black yaml prettier",
        ("Format code with black", "Asked for by many."),
        ("Format YAML with prettier", "Asked for by some."),
    ),
    Pair(
        "write the installer in bash updater python",
        ("Write the installer in bash", "Asked for by many."),
        ("Write the updater in Python", "Asked for by some."),
    ),
    Pair(
        "use optimistic locking for carts pessimistic stock",
        ("Use optimistic locking for carts", "Asked for by many."),
        ("Use pessimistic locking for stock", "Asked for by some."),
    ),
    Pair(
        "deploy the website from main branch api release",
        ("Deploy the website from the main branch", "Asked for by many."),
        ("Deploy the API from the release branch", "Asked for by some."),
    ),
    Pair(
        "cache avatars on disk thumbnails in memory",
        ("Cache avatars on disk", "Asked for by many."),
        ("Cache thumbnails in memory", "Asked for by some."),
    ),
    Pair(
        "parse invoices with regular expressions receipts a model",
        ("Parse invoices with regular expressions", "Asked for by many."),
        ("Parse receipts with a model", "Asked for by some."),
    ),
    Pair(
        "remove the login banner cookie",
        ("Remove the login banner", "Asked for by many."),
        ("Remove the cookie banner", "Asked for by some."),
    ),
    Pair(
        "show prices with tax discounts without",
        ("Show prices with tax", "Asked for by many."),
        ("Show discounts without tax", "Asked for by some."),
    ),
    Pair(
        "allow 5 login attempts 3 password resets",
        ("Allow 5 login attempts", "Asked for by many."),
        ("Allow 3 password resets", "Asked for by some."),
    ),
    Pair(
        "enable dark mode disable animations",
        ("Enable dark mode", "Asked for by many."),
        ("Disable animations", "Asked for by some."),
    ),
    Pair(
        "run migrations at startup seeds by hand",
        ("Run migrations at startup", "Asked for by many."),
        ("Run seeds by hand", "Asked for by some."),
    ),
    Pair(
        "render charts with d3 tables on the server",
        ("Render charts with D3", "Asked for by many."),
        ("Render tables on the server", "Asked for by some."),
    ),
    Pair(
        "store passwords hashed documents encrypted",
        ("Store passwords hashed", "Asked for by many."),
        ("Store documents encrypted", "Asked for by some."),
    ),
    Pair(
        "retry payments 3 times mails 10",
        ("Retry payments 3 times", "Asked for by many."),
        ("Retry mails 10 times", "Asked for by some."),
    ),
    Pair(
        "log slow queries failed logins",
        ("Log slow queries", "Asked for by many."),
        ("Log failed logins", "Asked for by some."),
    ),
    Pair(
        "notify users by e-mail admins pager",
        ("Notify users by e-mail", "Asked for by many."),
        ("Notify admins by pager", "Asked for by some."),
    ),
    Pair(
        "test the parser with hypothesis real files",
        ("Test the parser with hypothesis", "Asked for by many."),
        ("Test the parser with real files", "Asked for by some."),
    ),
    Pair(
        "speed up the parser by 30 percent 10",
        ("Speed up the parser by 30 percent", "Asked for by many."),
        ("Speed up the parser by 10 percent", "Asked for by some."),
    ),
)
