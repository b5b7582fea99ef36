/* The round trip over HTTP: a list leaves as a workbook and comes back; what it changes, conflicts, rows that can't be taken, files that are
 * something else, a partner's workbook. Workbooks are changed in the test as a person changes them: in the XML of their sheet. */
#include "http/support.h"

#include "base/money.h"

#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

enum { TODAY = 20779 /* 2026-11-22 */, BYTES = 4 << 20, PARTS = 40 };
#define SHEET "xl/worksheets/sheet1.xml"
#define LIST "/renewals/edit.xlsx?f=due_date:2026-01-01.."

static struct house h;
static const char *golden; /* the folder of workbooks that other programs saved */
static struct who {
  const char *name;
  char cookie[128], csrf[80];
} rep = {.name = "rep"}, manager = {.name = "manager"}, other = {.name = "other"}, ops = {.name = "ops"};

static void come(struct who *w) {
  char email[64];
  snprintf(email, sizeof email, "%s@example.com", w->name);
  sign_in(&h, email, w->cookie);
  csrf_of(&h, w->cookie, w->csrf);
}

/* Renewals 41, 42 and 44 of the rep, 43 of a rep of another team; the reseller Cobalt (50) of 41 and 43. */
static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){.id = 41, .customer = "Harbor Mills", .owner = h.people[ROLE_REP], .stage = 2, .category = 2, .due = TODAY + 41});
  house_renewal_add(&h, &(struct house_renewal){.id = 42, .customer = "Quarry Bank", .owner = h.people[ROLE_REP], .stage = 2, .category = 2, .due = TODAY + 42});
  house_renewal_add(&h, &(struct house_renewal){.id = 43, .customer = "Zanzibar Holdings", .owner = h.other_rep, .stage = 2, .category = 2, .due = TODAY + 43});
  house_renewal_add(&h, &(struct house_renewal){.id = 44, .customer = "Gamma Foods", .owner = h.people[ROLE_REP], .stage = 2, .category = 2, .due = TODAY + 44});
  house_run(&h, "insert into account (id, name, name_key, kind, known_at) values (50, 'Cobalt Systems', 'cobalt systems', 2, 1700000000);"
                "update contract set reseller_account_id = 50, sales_model = 2 where id in (41, 43);"
                "insert into roundtrip_key (id, secret) values (1, '5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed')");
  house_serve_book(&h, TODAY);
  come(&rep);
  come(&manager);
  come(&other);
  come(&ops);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

/* ---- workbooks ---- */

struct workbook {
  struct strbuf file, sheet;
};

static void workbook_free(struct workbook *b) {
  strbuf_free(&b->file);
  strbuf_free(&b->sheet);
}

static zip_t *open_zip(struct str bytes, zip_source_t **ret) {
  zip_error_t why;
  *ret = zip_source_buffer_create(bytes.p, bytes.n, 0, &why);
  zip_t *z = zip_open_from_source(*ret, ZIP_RDONLY, &why);
  assert_non_null(z);
  return z;
}

static void part(zip_t *z, const char *name, struct strbuf *ret) {
  zip_stat_t st;
  assert_int_equal(zip_stat(z, name, 0, &st), 0);
  zip_file_t *f = zip_fopen(z, name, 0);
  char *room = strbuf_reserve(ret, st.size);
  assert_int_equal(zip_fread(f, room, st.size), (zip_int64_t)st.size);
  zip_fclose(f);
  ret->n += st.size;
}

static void workbook_of(struct str bytes, struct workbook *b) {
  zip_source_t *s;
  strbuf_init(&b->file, BYTES);
  strbuf_init(&b->sheet, BYTES);
  strbuf_add(&b->file, bytes);
  zip_t *z = open_zip(strbuf_str(&b->file), &s);
  part(z, SHEET, &b->sheet);
  zip_close(z);
}

static void download(const struct who *w, const char *path, struct workbook *b) {
  struct answer a;
  if (get_as(&h, w->cookie, path, &a) != 200) fail_msg("%s: %d: %.500s", path, a.status, a.body.p);
  workbook_of(a.body, b);
  answer_free(&a);
}

/* The same package with the sheet as it is now, and one part more when extra is given. */
static void pack(const struct workbook *b, const char *extra, struct strbuf *ret) {
  struct strbuf texts[PARTS];
  zip_error_t why;
  zip_stat_t st;
  zip_source_t *s, *out = zip_source_buffer_create(NULL, 0, 0, &why);
  zip_t *z = open_zip(strbuf_str(&b->file), &s), *to;
  zip_source_keep(out);
  assert_non_null(to = zip_open_from_source(out, ZIP_TRUNCATE, &why));
  zip_int64_t n = zip_get_num_entries(z, 0);
  assert_true(n < PARTS);
  for (zip_int64_t i = 0; i < n; i++) {
    const char *name = zip_get_name(z, (zip_uint64_t)i, 0);
    strbuf_init(&texts[i], BYTES);
    if (!strcmp(name, SHEET)) strbuf_add(&texts[i], strbuf_str(&b->sheet));
    else part(z, name, &texts[i]);
    assert_true(zip_file_add(to, name, zip_source_buffer(to, texts[i].p, texts[i].n, 0), ZIP_FL_ENC_UTF_8) >= 0);
  }
  if (extra) assert_true(zip_file_add(to, extra, zip_source_buffer(to, "x", 1, 0), ZIP_FL_ENC_UTF_8) >= 0);
  assert_int_equal(zip_close(to), 0);
  zip_source_stat(out, &st);
  char *room = strbuf_reserve(ret, st.size);
  zip_source_open(out);
  assert_int_equal(zip_source_read(out, room, st.size), (zip_int64_t)st.size);
  ret->n += st.size;
  zip_source_close(out);
  zip_source_free(out);
  zip_close(z);
  for (zip_int64_t i = 0; i < n; i++) strbuf_free(&texts[i]);
}

/* In the row of a renewal (id 0: anywhere) the first `from` becomes `to`. */
static void change(struct workbook *b, int id, const char *from, const char *to) {
  struct strbuf out STRBUF_CLEANUP = STRBUF_INIT(BYTES);
  char key[40];
  snprintf(key, sizeof key, "<t>r%d-", id);
  struct str s = strbuf_str(&b->sheet);
  const char *row = id ? memmem(s.p, s.n, key, strlen(key)) : s.p;
  if (!row) fail_msg("no row of %d", id);
  const char *end = id ? strstr(row, "</row>") : s.p + s.n, *at = memmem(row, (size_t)(end - row), from, strlen(from));
  if (!at) fail_msg("row of %d has no %s: %.*s", id, from, (int)(end - row), row);
  strbuf_add(&out, (struct str){s.p, (size_t)(at - s.p)});
  strbuf_addz(&out, to);
  at += strlen(from);
  strbuf_add(&out, (struct str){at, (size_t)(s.p + s.n - at)});
  strbuf_clear(&b->sheet);
  strbuf_add(&b->sheet, strbuf_str(&out));
  (void)strbuf_z(&b->sheet);
}

static void cell(struct workbook *b, int id, const char *column, const char *inner) {
  char from[40], to[600], key[40];
  snprintf(key, sizeof key, "<t>r%d-", id);
  const char *row = strstr(strbuf_z(&b->sheet), key), *at = NULL;
  assert_non_null(row);
  snprintf(from, sizeof from, "<c r=\"%s", column);
  at = strstr(row, from);
  assert_non_null(at);
  const char *end = strchr(at, '>');
  end = end[-1] == '/' ? end + 1 : strstr(at, "</c>") + 4;
  struct str old = {at, (size_t)(end - at)};
  char *whole = strndup(old.p, old.n);
  const char *ref = strchr(old.p, '"') + 1;
  snprintf(to, sizeof to, "<c r=\"%.*s\" %s</c>", (int)strcspn(ref, "\""), ref, inner);
  change(b, id, whole, to);
  free(whole);
}
#define TEXT(t) "t=\"inlineStr\"><is><t>" t "</t></is>"
#define NUMBER(v) "><v>" v "</v>"
enum { CATEGORY = 'H', STAGE, CLOSE, AMOUNT, STEP, STEP_DATE, PO, NOTE };

static void put(struct workbook *b, int id, int column, const char *inner) {
  char name[2] = {(char)column, 0};
  cell(b, id, name, inner);
}

/* ---- sending ---- */

static void send_bytes(const struct who *w, const char *name, struct str bytes, struct answer *a) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(48 << 20);
  strbuf_fmt(&b, "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
                 "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n", w->csrf, name);
  strbuf_add(&b, bytes);
  strbuf_addz(&b, "\r\n--FormBoundaryAbCdEf0123--\r\n");
  ask(&h, &(struct ask){.method = "POST", .path = "/renewals/workbook", .body = b.p, .body_n = b.n, .type = "multipart/form-data; boundary=FormBoundaryAbCdEf0123",
                        .cookie = w->cookie, .origin = "own"}, a);
}

/* Uploads what the workbook has become; the page of the look in *a, its address in `to`. */
static void upload(const struct who *w, const struct workbook *b, char to[80], struct answer *a) {
  struct strbuf file STRBUF_CLEANUP = STRBUF_INIT(BYTES);
  pack(b, NULL, &file);
  send_bytes(w, "back.xlsx", strbuf_str(&file), a);
  if (a->status != 303) fail_msg("upload: %d: %.2000s", a->status, a->body.p);
  struct str path, query, where = answer_header(a, "Location");
  str_cut(where, '?', &path, &query);
  str_to_z(path, to, 80);
  answer_free(a);
  if (get_as(&h, w->cookie, to, a) != 200) fail_msg("%s: %d: %.900s", to, a->status, a->body.p);
}

static void says(const struct answer *a, const char *text) {
  if (!answer_says(a, text)) fail_msg("does not say \"%s\": %.6000s", text, a->body.p);
}

static void apply(const struct who *w, const char *look, const char *fields, int status) {
  char path[100];
  struct answer a;
  snprintf(path, sizeof path, "%s/apply", look);
  if (post_as(&h, w->cookie, w->csrf, path, fields, &a) != status) fail_msg("%s: %d, wanted %d: %.3000s", path, a.status, status, a.body.p);
  answer_free(&a);
}

static int version(int id) {
  char sql[80];
  snprintf(sql, sizeof sql, "select version from renewal where id = %d", id);
  return (int)house_number(&h, sql);
}

static bool has(const char *where) {
  char sql[400];
  snprintf(sql, sizeof sql, "select count(*) from renewal where %s", where);
  return house_number(&h, sql) == 1;
}

static void undo(const struct who *w) {
  char path[100];
  struct answer a;
  snprintf(path, sizeof path, "/renewals/bulk/%lld/undo", (long long)house_number(&h, "select max(id) from change_batch"));
  assert_int_equal(post_as(&h, w->cookie, w->csrf, path, "back=/renewals", &a), 303);
  answer_free(&a);
}

/* ---- tests ---- */

static void test_unchanged(void **state) {
  struct workbook b;
  struct answer a;
  char to[80];
  (void)state;
  download(&rep, LIST, &b);
  const char *sheet = strbuf_z(&b.sheet);
  assert_non_null(strstr(sheet, "Harbor Mills"));
  assert_non_null(strstr(sheet, "Gamma Foods"));
  assert_null(strstr(sheet, "Zanzibar")); /* of another team */
  assert_non_null(strstr(sheet, "<sheetProtection sheet=\"1\""));
  assert_non_null(strstr(sheet, "<col min=\"1\" max=\"1\" width=\"10.7109375\" hidden=\"1\""));
  assert_non_null(strstr(sheet, "<formula1>\"Commit,Best case,Pipeline,Omitted\"</formula1>"));
  assert_non_null(strstr(sheet, "<formula1>\"Not started,Contacted,Quoted,Negotiating,PO promised\"</formula1>"));
  upload(&rep, &b, to, &a);
  says(&a, "Nothing to change here");
  says(&a, "3 rows have no change.");
  answer_free(&a);
  get_as(&h, rep.cookie, "/renewals/workbook?f=due_date:2026-01-01..", &a);
  says(&a, "Download 3 renewals");
  answer_free(&a);
  get_as(&h, other.cookie, to, &a); /* nobody else's */
  assert_int_equal(a.status, 404);
  answer_free(&a);
  workbook_free(&b);
}

static void test_applied_and_taken_back(void **state) {
  struct workbook b;
  struct answer a;
  char to[80];
  int before = version(41);
  (void)state;
  download(&rep, LIST, &b);
  put(&b, 41, CATEGORY, TEXT("Commit"));
  put(&b, 41, CLOSE, NUMBER("46374")); /* 2026-12-18, its format lost */
  put(&b, 41, AMOUNT, NUMBER("1333.3333333333333"));
  put(&b, 42, STEP, TEXT("  =HYPERLINK(1) &amp; _x005F_x0041_ &#10; then "));
  put(&b, 42, NOTE, TEXT("They moved offices"));
  upload(&rep, &b, to, &a);
  says(&a, "Change 2 renewals");
  says(&a, "<s class=\"q\">Best case</s> → Commit");
  says(&a, "$1,333.33");
  says(&a, "They moved offices");
  assert_int_equal(version(41), before); /* a look writes nothing */
  apply(&rep, to, "back=/renewals&why=from+the+plane", 303);
  assert_true(has("id = 41 and category = 1 and category_override = 1 and close_date = 20805 and forecast_amount = 133333"));
  assert_true(has("id = 42 and next_step like '=HYPERLINK(1) & _x0041_ %then'"));
  assert_int_equal(house_number(&h, "select count(*) from note where renewal_id = 42 and body = 'They moved offices'"), 1);
  assert_int_equal(house_number(&h, "select count(*) from change_batch where renewals = 2 and why = 'from the plane'"), 1);
  assert_int_equal(version(41), before + 1);
  apply(&rep, to, "back=/renewals", 303); /* pressed twice */
  assert_int_equal(version(41), before + 1);
  answer_free(&a);
  upload(&rep, &b, to, &a); /* and sent twice: it is as the workbook says */
  says(&a, "Nothing to change here");
  answer_free(&a);
  undo(&rep);
  assert_true(has("id = 41 and category = 2 and category_override = 0 and close_date is null and forecast_amount = 120000"));
  assert_true(has("id = 42 and coalesce(next_step, '') = ''"));
  assert_int_equal(house_number(&h, "select count(*) from note where renewal_id = 42"), 0);
  workbook_free(&b);
}

/* A workbook of this house that was edited, sorted the other way round, without one row, and saved: by LibreOffice 7.4 (its own styles and shared
 * strings, a formula with its result), and as Google Sheets writes (a column moved, inline strings, days as 46374.0, no protection, a sheet of
 * somebody's own before it and ours hidden). */
static void test_saved_by_others(void **state) {
  static const char *const files[] = {"libreoffice.xlsx", "other-program.xlsx"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct strbuf bytes STRBUF_CLEANUP = STRBUF_INIT(BYTES);
    struct answer a;
    char path[500], to[80];
    snprintf(path, sizeof path, "%s/%s", golden, files[i]);
    int fd = open(path, O_RDONLY);
    char *room = strbuf_reserve(&bytes, 1 << 20);
    ssize_t n = read(fd, room, 1 << 20);
    close(fd);
    if (n <= 0) fail_msg("%s can't be read", path);
    bytes.n += (size_t)n;
    send_bytes(&rep, files[i], strbuf_str(&bytes), &a);
    if (a.status != 303) fail_msg("%s: %d: %.2000s", files[i], a.status, a.body.p);
    struct str look, query;
    str_cut(answer_header(&a, "Location"), '?', &look, &query);
    str_to_z(look, to, sizeof to);
    answer_free(&a);
    get_as(&h, rep.cookie, to, &a);
    says(&a, "Change 2 renewals");
    says(&a, "<s class=\"q\">Best case</s> → Commit");
    says(&a, "Fri Dec 18");
    says(&a, "$1,234.50");
    says(&a, "Nächster Schritt – ask");
    assert_false(answer_says(&a, "be taken</h2>"));
    answer_free(&a);
  }
}

static void test_conflict(void **state) {
  struct workbook b;
  struct answer a;
  char to[80], fields[100];
  (void)state;
  download(&rep, LIST, &b);
  snprintf(fields, sizeof fields, "version=%d&next_step=Call+Ana", version(41));
  assert_int_equal(post_as(&h, manager.cookie, manager.csrf, "/renewals/41/cell/next_step", fields, &a), 303);
  answer_free(&a);
  put(&b, 41, STEP, TEXT("Write to Ben"));
  put(&b, 41, PO, TEXT("PO-1"));
  put(&b, 44, PO, TEXT("PO-2"));
  upload(&rep, &b, to, &a);
  says(&a, "1 renewal was changed by both");
  says(&a, "name=\"c41_next_step\" value=\"1\">Write to Ben");
  says(&a, "name=\"c41_next_step\" value=\"0\" checked>Call Ana");
  answer_free(&a);
  apply(&rep, to, "back=/renewals&c41_next_step=0", 303); /* theirs stays, the other fields go in */
  assert_true(has("id = 41 and next_step = 'Call Ana' and po_number = 'PO-1'"));
  assert_true(has("id = 44 and po_number = 'PO-2'"));
  upload(&rep, &b, to, &a);
  says(&a, "Choose what stands");
  answer_free(&a);
  apply(&rep, to, "back=/renewals&c41_next_step=1", 303);
  assert_true(has("id = 41 and next_step = 'Write to Ben'"));
  workbook_free(&b);
  download(&rep, LIST, &b); /* an older version, but nobody touched what the workbook changes */
  snprintf(fields, sizeof fields, "version=%d&category=commit", version(44));
  assert_int_equal(post_as(&h, rep.cookie, rep.csrf, "/renewals/44/cell/category", fields, &a), 303);
  answer_free(&a);
  put(&b, 44, PO, TEXT("PO-3"));
  upload(&rep, &b, to, &a);
  says(&a, "Change 1 renewal<");
  assert_false(answer_says(&a, "changed by both"));
  answer_free(&a);
  apply(&rep, to, "back=/renewals", 303);
  assert_true(has("id = 44 and po_number = 'PO-3' and category = 1"));
  workbook_free(&b);
}

/* Each row that can't be taken says why, and the others are. */
static void test_refused_rows(void **state) {
  static const struct {
    int column;
    const char *inner, *sentence;
  } bad[] = {
      {CLOSE, TEXT("2026-02-31"), "Close date: &quot;2026-02-31&quot; is not a day of the calendar: write it as 2026-11-30"},
      {CLOSE, TEXT("Friday"), "Close date: &quot;Friday&quot; is not a day of the calendar"},
      {AMOUNT, TEXT("a lot"), "Amount: &quot;a lot&quot; is not an amount: write a number"},
      {AMOUNT, NUMBER("-5"), "Amount: &quot;-5&quot; is negative"},
      {AMOUNT, NUMBER("1E+300"), "is larger than any amount here"},
      {AMOUNT, ">", "Amount is empty: write the amount expected, or 0"},
      {AMOUNT, "><f>K3*2</f>", "Amount holds a formula without its result"},
      {AMOUNT, "t=\"e\"><v>#REF!</v>", "Amount shows the error #REF!"},
      {CATEGORY, TEXT("Maybe"), "Category: &quot;Maybe&quot; is not in its list"},
      {CATEGORY, TEXT("Closed"), "Only a won renewal is closed"},
      {STAGE, TEXT("Won"), "A won renewal needs its booked date"},
  };
  struct workbook b;
  struct answer a;
  char to[80];
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    download(&rep, LIST, &b);
    put(&b, 41, bad[i].column, bad[i].inner);
    put(&b, 42, PO, TEXT("good"));
    upload(&rep, &b, to, &a);
    says(&a, bad[i].sentence);
    says(&a, "1 row can&#39;t be taken");
    says(&a, "Change 1 renewal<");
    answer_free(&a);
    workbook_free(&b);
  }
  download(&rep, LIST, &b);
  put(&b, 41, AMOUNT, "><f>600+634.5</f><v>1234.5</v>"); /* the result counts */
  upload(&rep, &b, to, &a);
  says(&a, "$1,234.50");
  answer_free(&a);
  workbook_free(&b);
  download(&ops, LIST, &b); /* sent on to somebody who does not see all of it */
  put(&b, 43, PO, TEXT("stolen"));
  upload(&rep, &b, to, &a);
  says(&a, "It is not in your book.");
  assert_false(answer_says(&a, "Zanzibar"));
  answer_free(&a);
  apply(&rep, to, "back=/renewals", 409);
  workbook_free(&b);
}

static void test_rows(void **state) {
  struct workbook b;
  struct answer a;
  char to[80];
  (void)state;
  download(&rep, LIST, &b);
  change(&b, 41, "r41-", "r42-"); /* a key that was typed over */
  put(&b, 44, PO, TEXT("x"));
  upload(&rep, &b, to, &a);
  says(&a, "Its hidden key was changed");
  says(&a, "Change 1 renewal<");
  answer_free(&a);
  workbook_free(&b);
  download(&rep, LIST, &b); /* a row twice, with other values, and a row that somebody added */
  const char *row = strstr(strbuf_z(&b.sheet), "<row r=\"2\""), *end = strstr(row, "</row>") + 6;
  struct strbuf twice STRBUF_CLEANUP = STRBUF_INIT(20000);
  strbuf_add(&twice, (struct str){row, (size_t)(end - row)});
  put(&b, 41, PO, TEXT("first"));
  strbuf_addz(&twice, "<row r=\"9\"><c r=\"B9\" t=\"inlineStr\"><is><t>New customer</t></is></c><c r=\"H9\" t=\"inlineStr\"><is><t>Commit</t></is></c></row>"
                      "</sheetData>");
  change(&b, 0, "</sheetData>", strbuf_z(&twice));
  upload(&rep, &b, to, &a);
  says(&a, "The renewal stands in the workbook twice");
  says(&a, "It was added in the workbook");
  says(&a, "Nothing to change here");
  answer_free(&a);
  workbook_free(&b);
  download(&rep, LIST, &b); /* rows deleted, a column renamed and so left out */
  row = strstr(strbuf_z(&b.sheet), "<row r=\"2\"");
  end = strstr(row, "</row>") + 6;
  char *whole = strndup(row, (size_t)(end - row));
  change(&b, 0, whole, "");
  free(whole);
  change(&b, 0, "<t>Next step</t>", "<t>What next</t>");
  put(&b, 42, STEP, TEXT("is not read"));
  put(&b, 44, PO, TEXT("read"));
  upload(&rep, &b, to, &a);
  says(&a, "Change 1 renewal<");
  says(&a, "These columns are not in the file, so nothing changes in them: Next step.");
  answer_free(&a);
  workbook_free(&b);
}

static void refused(struct str bytes, const char *name, int status, const char *sentence) {
  struct answer a;
  send_bytes(&rep, name, bytes, &a);
  if (a.status != status) fail_msg("%s: %d, wanted %d: %.900s", name, a.status, status, a.body.p);
  says(&a, sentence);
  answer_free(&a);
}

static void test_other_files(void **state) {
  struct strbuf file STRBUF_CLEANUP = STRBUF_INIT(BYTES);
  struct strbuf large STRBUF_CLEANUP = STRBUF_INIT(40 << 20);
  struct workbook b;
  (void)state;
  download(&rep, LIST, &b);
  refused(STR(""), "empty.xlsx", 422, "empty.xlsx is empty: upload the workbook that Edit in Excel made");
  refused(STR("Customer,Amount\r\nHarbor Mills,5\r\n"), "list.xlsx", 422, "list.xlsx is a CSV file, whatever its name says");
  refused(STR("%PDF-1.7 and so on, and so on, and so on"), "order.xlsx", 422, "order.xlsx is not a workbook that Edit in Excel made");
  pack(&b, "xl/vbaProject.bin", &file);
  refused(strbuf_str(&file), "m.xlsm", 422, "m.xlsm brings macros along");
  strbuf_clear(&file);
  refused(str_sub(strbuf_str(&b.file), 0, b.file.n / 2), "cut.xlsx", 422, "cut.xlsx");
  house_run(&h, "update roundtrip_key set secret = 'another organization'");
  pack(&b, NULL, &file);
  refused(strbuf_str(&file), "theirs.xlsx", 422, "This workbook was not made here but by");
  house_run(&h, "update roundtrip_key set secret = '5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed'");
  change(&b, 0, "<t>perennial-1.", "<t>Key ");
  strbuf_clear(&file);
  pack(&b, NULL, &file);
  refused(strbuf_str(&file), "cleaned.xlsx", 422, "cleaned.xlsx was not made by Edit in Excel, or its hidden first column is gone");
  char *room = strbuf_reserve(&large, 20 << 20);
  memset(room, 'x', 20 << 20);
  large.n = 20 << 20;
  refused(strbuf_str(&large), "large.xlsx", 422, "large.xlsx");
  workbook_free(&b);
}

static void test_partner(void **state) {
  struct workbook b;
  struct answer a;
  char to[80];
  (void)state;
  get_as(&h, rep.cookie, "/accounts/50", &a);
  says(&a, "/accounts/50/workbook.xlsx");
  answer_free(&a);
  download(&rep, "/accounts/50/workbook.xlsx", &b);
  const char *sheet = strbuf_z(&b.sheet);
  assert_non_null(strstr(sheet, "Harbor Mills"));
  assert_null(strstr(sheet, "Zanzibar"));  /* the reseller's too, but not the rep's to give away */
  assert_null(strstr(sheet, "Quarry"));    /* not the reseller's */
  assert_null(strstr(sheet, "1200"));      /* no amounts, no view of ours */
  assert_null(strstr(sheet, "Best case"));
  cell(&b, 41, "E", NUMBER("46374"));
  cell(&b, 41, "F", TEXT("4711"));
  cell(&b, 41, "G", TEXT("Signed on Monday"));
  upload(&rep, &b, to, &a);
  says(&a, "The changes come from Cobalt Systems, a partner.");
  says(&a, "value=\"from the workbook of Cobalt Systems\"");
  answer_free(&a);
  apply(&rep, to, "back=/renewals&why=from+the+workbook+of+Cobalt+Systems", 303);
  assert_true(has("id = 41 and po_number = '4711' and close_date = 20805"));
  assert_int_equal(house_number(&h, "select count(*) from note where renewal_id = 41 and body = 'Cobalt Systems: Signed on Monday'"), 1);
  undo(&rep);
  house_run(&h, "update contract set reseller_account_id = null where id = 41"); /* lost it meanwhile */
  upload(&rep, &b, to, &a);
  says(&a, "This renewal is not with Cobalt Systems any more");
  answer_free(&a);
  house_run(&h, "update contract set reseller_account_id = 50 where id = 41");
  workbook_free(&b);
}

/* The same for programs. */
static void test_api(void **state) {
  struct strbuf file STRBUF_CLEANUP = STRBUF_INIT(BYTES), form STRBUF_CLEANUP = STRBUF_INIT(BYTES);
  char token[API_TOKEN_SIZE];
  struct workbook b;
  struct answer a;
  struct err e = {0};
  char path[100];
  (void)state;
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("edits"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), token, &e), OK);
  download(&rep, LIST, &b);
  int before = version(42);
  put(&b, 42, STEP, TEXT("From a program"));
  pack(&b, NULL, &file);
  strbuf_addz(&form, "--FormBoundaryAbCdEf0123\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.xlsx\"\r\n\r\n");
  strbuf_add(&form, strbuf_str(&file));
  strbuf_addz(&form, "\r\n--FormBoundaryAbCdEf0123--\r\n");
  ask(&h, &(struct ask){.method = "POST", .path = "/api/v1/renewals/workbooks", .body = form.p, .body_n = form.n, .bearer = token,
                         .type = "multipart/form-data; boundary=FormBoundaryAbCdEf0123"}, &a);
  assert_int_equal(a.status, 200);
  says(&a, "\"field\":\"next_step\"");
  says(&a, "\"new\":\"From a program\"");
  says(&a, "\"state\":\"change\"");
  answer_free(&a);
  assert_int_equal(version(42), before);
  snprintf(path, sizeof path, "/api/v1/renewals/workbooks/%lld/apply", (long long)house_number(&h, "select max(id) from roundtrip"));
  api_posts(&h, token, path, "{\"why\":\"nightly\"}", 200, "\"change\":");
  assert_true(has("id = 42 and next_step = 'From a program'"));
  api_posts(&h, token, path, "{}", 409, "applied already");
  api_posts(&h, token, path, "{\"take\":[{\"renewal\":42}]}", 409, NULL);
  workbook_free(&b);
}

int main(int argc, char **argv) {
  golden = argc > 1 ? argv[1] : "tests/golden/roundtrip";
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_unchanged), cmocka_unit_test(test_saved_by_others),
                                     cmocka_unit_test(test_applied_and_taken_back), cmocka_unit_test(test_conflict),
                                     cmocka_unit_test(test_refused_rows), cmocka_unit_test(test_rows), cmocka_unit_test(test_other_files),
                                     cmocka_unit_test(test_partner), cmocka_unit_test(test_api)};
  return group_run_tests(tests, set_up, tear_down);
}
