#include "app/import_mapping.h"
#include <setjmp.h>
#include "../group.h"

static struct arena *arena;

static int setup(void **state)
{
  (void)state;
  arena = arena_new(0);
  return arena ? 0 : -1;
}

static int teardown(void **state)
{
  (void)state;
  arena_free(arena);
  return 0;
}

/* A header line, names separated by ';'. */
static struct table_info header(const char *line)
{
  struct table_info info = {.format = "csv"};
  struct str name, rest = str_of(line);
  info.columns = arena_alloc(arena, 64 * sizeof *info.columns);
  while (str_cut(rest, ';', &name, &rest))
    info.columns[info.n_columns++] = name;
  return info;
}

static int resolve(enum import_kind kind, struct table_info *info, const char *mapping, bool strict, struct import_plan *p, struct err *e)
{
  struct import_mapping m = {0};
  if (mapping && mapping_parse(arena, kind, str_of(mapping), "a mapping", &m, e) < 0)
    return e->code;
  return mapping_resolve(kind, info, &m, strict, "f.csv", p, e);
}

/* Column of a field, "" when it has none. */
static struct str column(const struct import_plan *p, enum import_field f)
{
  return p->column[f] >= 0 ? p->info->columns[p->column[f]] : STR_NONE;
}
#define assert_column(p, f, lit) assert_true(str_eq(column(&(p), f), STR(lit)))

static void keys(void **state)
{
  char a[HEADER_KEY_SIZE];
  (void)state;
  assert_true(str_eq(header_key(STR("SBQQ__StartDate__c"), a, sizeof a), STR("startdate")));
  assert_true(str_eq(header_key(STR("Start date"), a, sizeof a), STR("startdate")));
  assert_true(str_eq(header_key(STR("N\xC2\xBA de contrato"), a, sizeof a), STR("nodecontrato")));
  assert_true(str_eq(header_key(STR("custrecord_ci_quantity"), a, sizeof a), STR("quantity")));
  assert_true(str_eq(header_key(STR("SBQQ__Account__r.Name"), a, sizeof a), STR("accountname")));
}

/* CPQ's net price is that of one: it becomes unit_price. */
static void four_languages(void **state)
{
  static const char *const headers[] = {
    "Contract number;Customer;Product;Start date;End date;Amount;Currency;Owner",
    "N\xC3\xBAmero de contrato;Cliente;Producto;Fecha de inicio;Fecha de vencimiento;Importe neto;Moneda;Responsable",
    "N\xC3\xBAmero do contrato;Nome do cliente;Produto;Data de in\xC3\xAD" "cio;Data de t\xC3\xA9rmino;Valor l\xC3\xADquido;Moeda;Respons\xC3\xA1vel",
    "Num\xC3\xA9ro de contrat;Nom du client;Produit;Date de d\xC3\xA9" "but;Date d'\xC3\xA9" "ch\xC3\xA9" "ance;Montant HT;Devise;Commercial",
    "ServiceContract.ContractNumber;Account.Name;Product2.ProductCode;StartDate;EndDate;TotalPrice;CurrencyIsoCode;Owner.Name",
    "SBQQ__Contract__c;SBQQ__Account__c;SBQQ__ProductName__c;SBQQ__SubscriptionStartDate__c;SBQQ__SubscriptionEndDate__c;SBQQ__NetPrice__c;CurrencyIsoCode;OwnerId",
    "contract_id;account_id;product;start;end;amount;currency;rep_id",
  };
  static const enum import_field fields[] = {FIELD_CONTRACT_NUMBER, FIELD_END_USER, FIELD_PRODUCT, FIELD_START, FIELD_END, FIELD_NET_AMOUNT, FIELD_CURRENCY, FIELD_OWNER};
  struct import_plan p;
  (void)state;
  for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
    struct err e = {0};
    struct table_info info = header(headers[i]);
    if (resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e) < 0)
      fail_msg("%s", e.text);
    for (int k = 0; k < 8; k++)
      if (p.column[fields[k] == FIELD_NET_AMOUNT && p.column[FIELD_UNIT_PRICE] >= 0 ? FIELD_UNIT_PRICE : fields[k]] != k)
        fail_msg("%s: %s is column %d", headers[i], field_spec(fields[k])->name, p.column[fields[k]]);
  }
}

static void better_names_first(void **state)
{
  struct import_plan p;
  struct err e;
  (void)state;
  struct table_info info = header("AccountId;Account.Name;Product;Start;End;Amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), OK);
  assert_column(p, FIELD_END_USER, "Account.Name");
  info = header("Customer;Product;Start;End;Amount;net_amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), OK);
  assert_column(p, FIELD_NET_AMOUNT, "net_amount");
}

static void refused_with_a_mend(void **state)
{
  struct import_plan p;
  struct err e;
  (void)state;
  struct table_info info = header("Customer;Product;Start;End;Amount;Total amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), ERR_SYNTAX);
  assert_string_equal(e.text, "f.csv: net_amount: both \"Amount\" and \"Total amount\" could be meant: put the line  net_amount = Amount  (or the other one) into a "
                              "mapping file and pass it with --map");
  info = header("Customer;Product;Start;End;Amount;Amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), ERR_SYNTAX);
  assert_non_null(strstr(e.text, "columns 5 and 6 are both called \"Amount\""));
  info = header("Customer;Product;Start;Expires_onn;Amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), ERR_SYNTAX);
  assert_string_equal(e.text, "f.csv: no column for end_date among \"Customer\", \"Product\", \"Start\", \"Expires_onn\", \"Amount\": if \"Expires_onn\" is meant, put "
                              "the line  end_date = Expires_onn  into a mapping file and pass it with --map");
  info = header("Customer;Start;End;Amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), ERR_SYNTAX);
  assert_non_null(strstr(e.text, "no column for product or description among"));
}

static void mapping_files(void **state)
{
  struct import_plan p;
  struct err e;
  (void)state;
  struct table_info info = header("dept;vendor;a;b;contract_amount;what");
  const char *text = "# a register\nend_user_account = dept\nproduct = what\nstart_date = a\nend_date = B\nnet_amount = amt | contract_amount\n"
                     "currency = \"USD\"\nstatus = -\n"
                     "date_order = mdy\ndecimal = ,\n";
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, text, true, &p, &e), OK);
  assert_column(p, FIELD_NET_AMOUNT, "contract_amount");
  assert_column(p, FIELD_END, "b");
  assert_true(p.constant[FIELD_CURRENCY] && str_eq(p.value[FIELD_CURRENCY], STR("USD")));
  assert_int_equal(p.mapping.date_order, DATE_ORDER_MDY);
  assert_int_equal(p.mapping.decimal, ',');
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, "end_user_account = depp\n", true, &p, &e), ERR_SYNTAX);
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, "end_user = dept\n", true, &p, &e), ERR_SYNTAX);
  assert_non_null(strstr(e.text, "line 1: end_user is not a field"));
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, "\nend_date dept\n", true, &p, &e), ERR_SYNTAX);
  assert_non_null(strstr(e.text, "line 2: \"end_date dept\" has no '='"));
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, "end_date = a\nend_date = b\n", true, &p, &e), ERR_SYNTAX);
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, "date_order = ydm\n", true, &p, &e), ERR_SYNTAX);
}

/* Headers drift from quarter to quarter: the saved mapping keeps up and learns. */
static void drift(void **state)
{
  struct import_plan p;
  struct err e;
  (void)state;
  struct table_info info = header("Customer;Product;start_dt;end_dt;contract_amount");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, NULL, false, &p, &e), OK);
  struct str saved = mapping_text(arena, &p, DATE_ORDER_MDY, '.');
  assert_true(str_eq(saved, STR("end_user_account = Customer\nproduct = Product\nstart_date = start_dt\nend_date = end_dt\nnet_amount = contract_amount\n"
                                "date_order = mdy\ndecimal = .\n")));
  info = header("CUSTOMER;Product;Start;End date;amt");
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, saved.p, false, &p, &e), OK);
  assert_column(p, FIELD_NET_AMOUNT, "amt");
  saved = mapping_text(arena, &p, DATE_ORDER_MDY, '.');
  assert_true(str_contains(saved, STR("net_amount = contract_amount | amt\n")));
  assert_true(str_contains(saved, STR("end_user_account = Customer\n")));
  info = header("row;column;value;why;mend;Customer;Product;start_dt;end_dt;contract_amount"); /* a problems file */
  assert_int_equal(resolve(IMPORT_CONTRACTS, &info, saved.p, false, &p, &e), OK);
  assert_int_equal(p.column[FIELD_NET_AMOUNT], 9);
}

static void sources(void **state)
{
  (void)state;
  assert_true(str_eq(mapping_source(arena, STR("/tmp/Contracts_2026-Q3 (2).csv")), STR("contracts")));
  assert_true(str_eq(mapping_source(arena, STR("FY-2013-Q4.csv")), STR("fy")));
  assert_true(str_eq(mapping_source(arena, STR("ERP export-problems.csv")), STR("erp export")));
  assert_true(str_eq(mapping_source(arena, STR("20260101.csv")), STR("file")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(keys), cmocka_unit_test(four_languages), cmocka_unit_test(better_names_first),
                                     cmocka_unit_test(refused_with_a_mend), cmocka_unit_test(mapping_files), cmocka_unit_test(drift), cmocka_unit_test(sources)};
  return group_run_tests(tests, setup, teardown);
}
