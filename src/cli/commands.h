/* The table of commands: one row each, in the order of `perennial help`. A new command adds its prototype and
 * its row here, and its file to meson.build. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H
#include "cli/cli.h"

int backtest_cmd(struct cli *c);
int asks_cmd(struct cli *c);
int edit_cmd(struct cli *c);
int backup_cmd(struct cli *c);
int bridge_cmd(struct cli *c);
int call_cmd(struct cli *c);
int capacity_cmd(struct cli *c);
int check_cmd(struct cli *c);
int config_cmd(struct cli *c);
int coverage_cmd(struct cli *c);
int demo_cmd(struct cli *c);
int escalations_cmd(struct cli *c);
int holidays_cmd(struct cli *c);
int export_cmd(struct cli *c);
int forecast_cmd(struct cli *c);
int import_cmd(struct cli *c);
int import_list_cmd(struct cli *c); /* of import_cmd: list */
int import_undo_cmd(struct cli *c); /* of import_cmd: undo ID */
int exceptions_cmd(struct cli *c);
int exclude_cmd(struct cli *c);
int history_cmd(struct cli *c);
int include_cmd(struct cli *c);
int relink_cmd(struct cli *c);
int renewal_cmd(struct cli *c);
int kpi_cmd(struct cli *c);
int notices_cmd(struct cli *c);
int migrate_cmd(struct cli *c);
int report_cmd(struct cli *c);
int restore_cmd(struct cli *c);
int retention_cmd(struct cli *c);
int review_cmd(struct cli *c);
int risk_cmd(struct cli *c);
int risk_run_cmd(struct cli *c, const char *what); /* of risk_cmd: train, score, runs */
int risk_explain_cmd(struct cli *c); /* of risk_cmd: explain ID */
int serve_cmd(struct cli *c);
int targets_cmd(struct cli *c);
int token_cmd(struct cli *c);
int user_cmd(struct cli *c);
int views_cmd(struct cli *c);
int version_cmd(struct cli *c);
int worklist_cmd(struct cli *c);

static const struct cli_command commands[] = {
    {"import", import_cmd, "contracts|accounts|products|fx|targets|touches|signals FILE [OPTIONS] | list | undo ID",
     "Reads a CSV or XLSX file into the store. Columns are found by their names in English, Spanish, Portuguese and\n"
     "French; dates and numbers are understood by column. Rows that cannot be taken go to a problems file.\n"
     "list: the imports so far. undo: takes one back as a whole, while nothing stands on top of it.\n\n"
     "  --dry-run           show the mapping, the first rows, counts and problems; write nothing\n"
     "  --as-of DATE        the day on which the file was true (a snapshot); default today\n"
     "  --map FILE          lines such as  net_amount = Amount | Total,  currency = \"USD\",  status = -\n"
     "  --source NAME       keep the mapping under this name (default: the file's name without digits)\n"
     "  --strict            import nothing when a row is refused\n"
     "  --problems OUT.csv  where refused rows go (default FILE-problems.csv here)\n"
     "  --date-order dmy|mdy|ymd, --decimal .|,, --currency USD   where the file does not tell\n"
     "  --sheet NAME, --encoding NAME, --delimiter C               where they are not found by themselves\n"
     "  --allow-credits     take negative amounts\n"
     "  --yes               import although it looks like the wrong file (many known lines change, no customer is known)"},
    {"kpi", kpi_cmd, "[--period P] [--by DIMENSION] [OPTIONS]",
     "Every KPI of a period (2026, 2026-Q4, 2026-11, 2026-Q4-W07; default: this fiscal quarter), each with numerator, denominator,\n"
     "lines behind both, lines left out and assumed, and the version of its definition.\n\n"
     "  --by DIMENSION      rep, team, region, product, product_family, partner, sales_model, account, currency, month, quarter\n"
     "  --as-of DATE        with what was known on that day; default today\n"
     "  --name KPI          one KPI, by its key\n"
     "  --rows n|d|x|a      the lines behind it: numerator, denominator, left out, assumed or weak\n"
     "  --group NAME        with --by and --rows: the lines of one group\n"
     "  --threads N         default one per core; the figures are the same"},
    {"demo", demo_cmd, "[--lines N] [--seed N] [--today DATE]",
     "Fills an empty place with an invented vendor: four years of terms, a team, and this quarter's work in progress. The same\n"
     "lines, seed and day give the same bytes. --lines: 100 to 10,000,000, default 20,000."},
    {"serve", serve_cmd, "[--listen 127.0.0.1:8080] [--public-url URL] [--files FOLDER] [--workers N] [--quiet]",
     "Serves the web pages and the API until it is interrupted. Only this machine reaches it unless --listen says otherwise;\n"
     "with a proxy in front, --public-url names the address people use (https:// makes cookies Secure, X-Forwarded-For is\n"
     "believed from this machine). Port 0 takes any free port. --files names the folder of uploaded files (default: beside an SQLite\n"
     "database, FILE-files; with PostgreSQL there is no default)."},
    {"user", user_cmd, "add EMAIL --name N --role R [--team T] [--password-stdin] | list | disable EMAIL | enable EMAIL | password EMAIL |\n"
     "            reset-link EMAIL [--public-url URL] | factor-off EMAIL",
     "People who may sign in. Roles: admin, exec, manager, rep, ops, sales, partner. A name that came with an import gets the email,\n"
     "so that the person sees the book. Passwords are read from standard input and have 12 characters or more. reset-link prints a link\n"
     "with which the person sets a password; factor-off is for a lost phone."},
    {"token", token_cmd, "add EMAIL [--name N] [--write] [--days 90] | list | revoke ID",
     "API tokens: a program that sends one acts as that person. A token is shown once; without --write it may only read."},
    {"forecast", forecast_cmd, "[--period P] [--by rep|team|region] [--as-of DATE] [--band] [--what-if SCENARIO]",
     "--band: what the newest run of the model expects, P10, P50, P90 and the chance of the target. Without it:\n"
     "Rolls up closed, commit, best case, pipeline and omitted by region, team and rep, single and cumulative, against targets.\n"
     "--period: 2026, 2026-Q4, 2026-11; default the running quarter.\n\n"
     "  --what-if \"booked=12,15 lost=20 move=rep-3:rep-4 lead=150 share=50 discount=5 of=team-2 gain=2\"\n"
     "                      the same under a scenario, any part of it: what is booked or lost, whose book goes to whom, how many days\n"
     "                      before due renewals open, a discount; share and gain are assumptions, and said as such"},
    {"call", call_cmd, "[list] [--period P] [--week DATE] | show ID | submit --rep NAME --commit A --best-case A --pipeline A [--note N] [--period P]",
     "The weekly calls. list: who called what in the week of a day (default: today), who is missing, late, amended. show: every renewal behind a\n"
     "call as it stood. submit: a rep's call for the running quarter or the next, in the reporting currency; each sum holds the one before."},
    {"bridge", bridge_cmd, "[--period P] [--from DATE] [--to DATE] [--node N] [OPTIONS]",
     "What moved in a period's call between the ends of two days: won, lost, slipped, pulled in, grown, shrunk, moved up, moved down, new, removed,\n"
     "reassigned. Every cent stands in one step. Default: the running quarter, from the first day of last week to now.\n\n"
     "  --node N            company, region-3, team-12 or rep-17 (ids)\n"
     "  --with CATEGORY     what is added up: closed alone, or with commit (default), best_case, pipeline\n"
     "  --rates plan|day    both days at the rate of the period's first day, or each at its own with the difference as a step\n"
     "  --rows              the renewals behind the steps: before, after, who, when, why, how often pushed\n"
     "  --step STEP         the renewals of one step\n"
     "  --model             instead: what moved the model's middle (P50), by people, by time, by what it learned"},
    {"capacity", capacity_cmd, "[--node N] [--propose]",
     "What each rep carries: open renewals, accounts, value, risk, and how many have to be placed in each of 13 weeks to be on time.\n"
     "--propose: the moves of accounts that would even out value and weekly load. Nothing is moved; plans are made in the browser."},
    {"retention", retention_cmd, "fit FILE [OPTIONS] | value [--segment sales_model|region|product_family] [OPTIONS]",
     "fit: the retention curve of a table of survivors (CSV or XLSX: the columns period and alive, with cohort if there are several; or a row per cohort with\n"
     "the columns 0, 1, 2 …): parameters with their errors, log-likelihood, projection, discounted residual lifetimes. value: curves of the\n"
     "book's own segments, and what its running lines are worth.\n\n"
     "  --model sbg|bdw      with each customer's chance to leave the same every time (default), or growing or falling over the years\n"
     "  --discount 10%       per period (fit) or year (value); default 10 %\n"
     "  --horizon N          periods (fit, default no end) or years (value, default 10, 0 = no end) that count\n"
     "  --to N, --ahead N    fit: learn from periods up to N only; project N periods beyond the data (5)\n"
     "  --column NAME        fit: one column of several\n"
     "  --customers N        fit: how many stood at the start when the file holds shares\n"
     "  --prior              fit: begin from the product's starting estimate, for few data\n"
     "  --decimal .|,, --sheet NAME, --encoding NAME, --delimiter C   fit: where the file does not tell\n"
     "  --before N           value: renewals that lines older than the book are taken to have made (2)\n"
     "  --as-of DATE         value: with what was known on that day"},
    {"targets", targets_cmd, "list | set | spread | export FILE.xlsx [--period P] [--measure M] [--node N --amount A] [--reason R] [OPTIONS]",
     "list: the tree of a period with target, what of it counts, last year, so far. set: one place's target. spread: an amount over the reps below a place by\n"
     "ATR due and over quarters or months by their seasons: shown, and written with --save. export: the workbook that `import targets` takes back.\n\n"
     "  --period P          2026, 2026-Q4, 2026-11; default the running quarter\n"
     "  --measure M         closed (default), on_time_rate_money, gross_renewal_rate, net_renewal_rate, count\n"
     "  --node N            company, region-3, team-12 or rep-17 (ids)\n"
     "  --over WHAT         reps, parts or both (default)"},
    {"backtest", backtest_cmd, "[--quarters N] [--again] | show",
     "Replays past quarters week by week with what was known then and the model of every night: its band against what came, beside the calls of then and what\n"
     "anybody could have said without a model. Each week is kept as it is done: interrupted, it goes on where it was. show: the newest one that is done.\n\n"
     "  --quarters N        complete quarters with a year of history before them, newest first: 1 to 20, default 8\n"
     "  --again             do not go on with an interrupted one"},
    {"report", report_cmd,
        "weekly|review|partner|kpi-book|exceptions [--period P] [--as-of DATE] [--out DIR] [--formats LIST] [OPTIONS] | due | list | get ID [--out DIR] | schedules",
     "Writes a report of a period into DIR, every format from one model: workbook (xlsx), brief (docx), slides (pptx), page for print\n"
     "(html), figures (csv). weekly: the week. review: a rep's 1:1. partner: what a partner has to renew, fit to be sent to them. kpi-book:\n"
     "every measure, whole and split. exceptions: the ledger.\n"
     "Default: the running quarter, this folder, all formats, English, all rows.\n\n"
     "  --as-of DATE        as it stood at the end of that day\n"
     "  --formats LIST      some of the formats, with commas\n"
     "  --language L        en, es, fr or pt, with its numbers and dates\n"
     "  --about WHOM        of review and partner: the rep or partner, by name or number\n"
     "  --template FILE     your own .docx, .pptx or .xlsx: {{closed}}, {{headline}} and the like in it become figures and sentences\n"
     "  --as EMAIL          for a person: their rows, their language and locale\n"
     "  --public-url URL    the address of the desk, so that figures link to their rows\n\n"
     "due: makes and sends what schedules say, as `serve` does each minute; safe at any time. list: reports that were kept, newest first. get: their files, byte\n"
     "for byte. schedules: what goes out by itself, when next, and what became of the last time."},
    {"export", export_cmd, "renewals|terms|contracts --to FILE.csv [--filter F] [--period P] [--as-of DATE]",
     "Writes the book's rows to a CSV file. Renewals take --filter as in the page's address, for instance\n"
     "'category:commit,best_case due_date:2026-10-01..2026-12-31 owner:\"Tom Okafor\"'; terms and contracts take --period (due)."},
    {"edit", edit_cmd, "export --to FILE.xlsx [--filter F | --partner ID] [--language L] [--as EMAIL] | preview FILE [--as EMAIL] | apply FILE --as EMAIL",
     "Renewals as a workbook to be edited, and back. export: the rows of a filter as in `export`, or the open ones of a reseller or distributor with what they may\n"
     "see. preview: what a workbook would change, field by field, what others changed meanwhile, and the rows that can't be taken. apply: makes it so as that person,\n"
     "in one transaction, as one change that can be taken back. --take workbook: its value wins where both changed a field; otherwise the\n"
     "book's stays. --why TEXT.\n"
     "Exit status 3: some rows were refused or are in conflict."},
    {"coverage", coverage_cmd, "--account NAME [--gaps] [--double]",
     "What a customer has under support, a row per term, gap, lapse and stretch of double coverage of each serial number (of each product\n"
     "where there is none); the largest annual value first. --gaps: only gaps and lapses. --double: only double coverage."},
    {"config", config_cmd, "get [KEY] | set KEY VALUE | secret oidc_client_secret|smtp_password",
     "Shows or changes the organization's settings: fiscal_year_start, reporting_currency, week_start,\n"
     "grace_days, window_days, max_lapse_days, procurement_days, reseller_days, distributor_days, urgency_days,\n"
     "call_weekday, call_time,\n"
     "second_factor_roles, oidc_issuer, oidc_client_id, oidc_label, oidc_hosts, oidc_default_role, oidc_loopback, today,\n"
     "smtp_host, smtp_port, smtp_security (starttls, tls, none), smtp_user, smtp_from, report_folder,\n"
     "report_templates (a folder of your own weekly.docx, weekly.pt.pptx, kpi-book.xlsx …).\n"
     "secret: read from standard input and kept sealed."},
    {"exceptions", exceptions_cmd, "list [--state STATE] | show ID | decide ID --approve|--return|--decline --as EMAIL",
     "Requests to depart from policy. list: those asked in the last 800 days. show: one with every step. decide: as the\n"
     "person of that email, who needs the authority; nobody decides their own.\n\n"
     "  --state STATE   waiting, returned, approved, declined, withdrawn or expired\n"
     "  --as EMAIL      whose decision it is\n"
     "  --size N        approve less than was asked: basis points or days\n"
     "  --note TEXT     needed to return, decline or approve less"},
    {"risk", risk_cmd, "explain ID | score [--again] | train | runs | evaluate --data FILE --label COLUMN [OPTIONS]",
     "score: judges every open renewal and bands every node as of a day (--as-of, default today), as the night does, and keeps it; goes on\n"
     "with a run that was stopped. The same book gives the same three hashes (--again: also when that run is there). train: the model it learns, as\n"
     "JSON, without keeping it. runs: those kept. --threads N changes nothing but the time.\n\n"
     "explain: the chance of a renewal: base rate, drivers in percentage points that add up, 80 % range, chance by period.\n"
     "evaluate: the trainer on any labelled table (CSV or XLSX): AUC, log loss, Brier and calibration error (ECE) with 95 % ranges, each row judged by a\n"
     "model that did not see it. Numbers and categories are told by column as a whole.\n\n"
     "  --folds 10          parts: row number modulo this\n"
     "  --train-first N     train on the first N rows, judge the others\n"
     "  --group COLUMN      rows of one customer stay together, in parts and ranges\n"
     "  --without A,B       columns to leave out\n"
     "  --positive VALUE    the value counted as 1 (default: the later in the alphabet)\n"
     "  --ridge 1           how strongly coefficients are held to 0"},
    {"worklist", worklist_cmd, "--rep NAME [--view all|own|cover]",
     "A rep's open renewals in the order of their worklist: money about to become late first, with the parts that add up to each score."},
    {"history", history_cmd, "derive [--today DATE] | show CONTRACT",
     "derive: judges every line up to a day (default: today); the nightly job, safe to repeat. show: a contract's lines with\n"
     "their ids, outcomes and successors."},
    {"relink", relink_cmd, "LINE SUCCESSOR… --reason R", "Says which lines renewed a line (or none); ranks before all evidence and stays."},
    {"exclude", exclude_cmd, "LINE --reason R", "Takes a line out of the KPIs, with the reason."},
    {"include", include_cmd, "LINE --reason R", "Takes an excluded line back in."},
    {"renewal", renewal_cmd, "show ID | set ID OPTIONS --why R | undo ID | touch ID --note N",
     "show: every version. set: --stage, --category, --close-date, --forecast, --next-step, --next-step-date, --at-risk yes|no,\n"
     "--po-number, --lost-reason, --booked-date, --won, --owner. undo: takes the newest version back.\n"
     "touch: --channel email|phone|meeting|…, --party customer|reseller|distributor|sales, --language."},
    {"review", review_cmd, "list | show NAME",
     "1:1 reviews. list: those that are planned, with each rep's open promises. show: the promises of a rep that are open or were settled in the last\n"
     "three months. Notes are for the two of them: no command shows them."},
    {"escalations", escalations_cmd, "[list] [--since DATE] | show ID | raise OPTIONS | update ID OPTIONS | resolve ID OPTIONS, each with --as EMAIL",
     "list: what is open, with --since also what was resolved since that day. show: the steps of one. Acts are those of the person of --as, with their rights.\n"
     "raise: --renewal ID, --contract NUMBER or --account ID, --level 1|2|3, --department NAME, --blocked WHAT, --reason WHY, --owner EMAIL, --promise WHAT,\n"
     "--by \"2026-11-30 14:30\" on that person's clock. update: --note WHAT --promise WHAT --by TIME, --waiting-on WHO. resolve: --cause NAME --note WHAT,\n"
     "--department NAME."},
    {"holidays", holidays_cmd, "[list] [--country XX] | set COUNTRY DATE NAME | remove COUNTRY DATE",
     "Public holidays by country (two letters): clocks of escalations stand still there. People belong to the country of their time zone."},
    {"asks", asks_cmd, "[list] [--as EMAIL] | show ID | make OPTIONS | accept|decline|pass|done|withdraw ID OPTIONS, each with --as EMAIL",
     "What is asked of field sales. list: open and accepted ones, with --as those that concern that person. show: the steps of one. Acts are those of the person of\n"
     "--as, with their rights. make: --renewal ID, --to EMAIL, --what TEXT, --by DATE. decline and pass need --reason WHY, pass also --to EMAIL."},
    {"notices", notices_cmd, "[list] [--unread] --as EMAIL | read ID|all --as EMAIL",
     "What a person is told, newest first, at most 200: the kind, what it is about, and the words its sentence is made of. read: marks one, or all."},
    {"views", views_cmd, "install [--role NAME] | drop",
     "Read-only SQL views for BI tools, on PostgreSQL: names, decimals and dates, in a schema of their own. --role: a role that may read them and nothing else,\n"
     "made when there is none. Install again after an upgrade or a change of calendar or reporting currency."},
    {"backup", backup_cmd, "FILE", "Writes a consistent copy of a running store to FILE, which must not exist."},
    {"restore", restore_cmd, "FILE", "Fills an empty place (--db) from a backup FILE."},
    {"check", check_cmd, "", "Proves the store: file, schema, foreign keys, versions, sums, ids, audit chain. Exit 1 when something is wrong."},
    {"migrate", migrate_cmd, "", "Brings the store up to this program's schema."},
    {"version", version_cmd, "", "Prints the program's version."},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };
#endif
