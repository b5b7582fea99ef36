/* Words of cells with a closed set of meanings. */
#include "app/import_words.h"
#include "app/import_field.h"
#include "domain/terms.h"

/* direct, partner, distribution … in four languages; -1 = not understood. */
int import_sales_model(struct str s)
{
  static const struct {
    const char *words;
    int model;
  } words[] = {{"direct directo direta directa direto vendor house", MODEL_DIRECT},
               {"partner reseller indirect channel var onetier 1tier tier1 revendedor socio parceiro revenda indirecto indireto revendeur partenaire "
                "indirecte",
                MODEL_ONE_TIER},
               {"distribution distributor disti twotier 2tier tier2 distribuidor distribucion distribuicao mayorista distributeur grossiste", MODEL_TWO_TIER},
               {"unknown", MODEL_UNKNOWN}};
  char buf[HEADER_KEY_SIZE];
  int m = sales_model_of(s);
  if (m >= 0)
    return m;
  struct str key = header_key(s, buf, sizeof buf);
  if (!key.p)
    return WORD_NO_MEMORY;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    struct str w, rest = str_of(words[i].words);
    while (str_cut(rest, ' ', &w, &rest))
      if (str_eq(w, key))
        return words[i].model;
  }
  return -1;
}

/* What the file says became of the line; -1 = not understood. */
int import_outcome(struct str s)
{
  static const struct {
    const char *words;
    int outcome;
  } words[] = {{"1 yes y true t renewed won closedwon si sim oui renovado renovada renouvele gewonnen", OUTCOME_RENEWED},
               {"partial partiallyrenewed parcial parcialmente partiel contracted downgraded", OUTCOME_PARTIAL},
               {"0 no n false f lost churned churn notrenewed closedlost cancelled canceled lapsed nao non perdido perdida perdu cancelado annule", OUTCOME_LOST},
               {"open pending inprogress abierto aberto ouvert pendiente pendente encours", OUTCOME_OPEN}};
  char buf[HEADER_KEY_SIZE];
  if (s.n == 1 && (s.p[0] == '0' || s.p[0] == '1'))
    return s.p[0] == '1' ? OUTCOME_RENEWED : OUTCOME_LOST;
  int o = outcome_of(s);
  if (o >= 0)
    return o;
  struct str key = header_key(s, buf, sizeof buf);
  if (!key.p)
    return WORD_NO_MEMORY;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    struct str w, rest = str_of(words[i].words);
    while (str_cut(rest, ' ', &w, &rest))
      if (str_eq(w, key))
        return words[i].outcome;
  }
  return -1;
}
