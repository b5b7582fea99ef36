/* Field table and synonyms: English, Spanish, Portuguese, French, Salesforce, NetSuite. */
#include "app/import_field.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#define C (1u << IMPORT_CONTRACTS)
#define A (1u << IMPORT_ACCOUNTS)
#define P (1u << IMPORT_PRODUCTS)
#define X (1u << IMPORT_FX)
#define T (1u << IMPORT_TARGETS)
#define U (1u << IMPORT_TOUCHES)
#define S (1u << IMPORT_SIGNALS)

static const struct field_spec specs[FIELD_COUNT] = {
  [FIELD_CONTRACT_NUMBER] = {"contract_number", TYPE_TEXT, C | U | S, U},
  [FIELD_TERM_NUMBER] = {"term_number", TYPE_TEXT, C, 0},
  [FIELD_LINE_NUMBER] = {"line_number", TYPE_TEXT, C, 0},
  [FIELD_END_USER] = {"end_user_account", TYPE_TEXT, C | S, C},
  [FIELD_COUNTRY] = {"country", TYPE_TEXT, C | A, 0},
  [FIELD_REGION] = {"region", TYPE_TEXT, C | A, 0},
  [FIELD_OWNER] = {"owner", TYPE_TEXT, C | U, 0},
  [FIELD_SALES_MODEL] = {"sales_model", TYPE_TEXT, C, 0},
  [FIELD_RESELLER] = {"reseller_account", TYPE_TEXT, C, 0},
  [FIELD_DISTRIBUTOR] = {"distributor_account", TYPE_TEXT, C, 0},
  [FIELD_PRODUCT] = {"product", TYPE_TEXT, C, 0},
  [FIELD_DESCRIPTION] = {"description", TYPE_TEXT, C, 0},
  [FIELD_FAMILY] = {"product_family", TYPE_TEXT, C | P, 0},
  [FIELD_SERIAL] = {"serial_number", TYPE_TEXT, C, 0},
  [FIELD_QUANTITY] = {"quantity", TYPE_WHOLE, C, 0},
  [FIELD_START] = {"start_date", TYPE_DATE, C, C},
  [FIELD_END] = {"end_date", TYPE_DATE, C, C},
  [FIELD_CURRENCY] = {"currency", TYPE_CURRENCY, C | A | X | T, X},
  [FIELD_LIST_AMOUNT] = {"list_amount", TYPE_AMOUNT, C, 0},
  [FIELD_NET_AMOUNT] = {"net_amount", TYPE_AMOUNT, C, 0} , /* or unit_price */
  [FIELD_UNIT_PRICE] = {"unit_price", TYPE_AMOUNT, C, 0}, /* × quantity = net_amount */
  [FIELD_BOOKED] = {"booked_date", TYPE_DATE, C, 0},
  [FIELD_RENEWED_FROM] = {"renewed_from", TYPE_TEXT, C, 0},
  [FIELD_OUTCOME] = {"outcome", TYPE_TEXT, C, 0},
  [FIELD_RENEWED_ON] = {"renewed_on", TYPE_DATE, C, 0},
  [FIELD_RENEWED_AMOUNT] = {"renewed_amount", TYPE_AMOUNT, C, 0},
  [FIELD_STATUS] = {"status", TYPE_TEXT, C, 0},
  [FIELD_NAME] = {"name", TYPE_TEXT, A | P, A},
  [FIELD_KIND] = {"account_kind", TYPE_TEXT, A, 0},
  [FIELD_LANGUAGE] = {"language", TYPE_TEXT, A | U, 0},
  [FIELD_PARENT] = {"parent", TYPE_TEXT, A, 0},
  [FIELD_EXTERNAL_ID] = {"external_id", TYPE_TEXT, A, 0},
  [FIELD_SALES_OWNER] = {"sales_owner", TYPE_TEXT, A, 0}, /* a name of somebody with the role sales */
  [FIELD_SKU] = {"sku", TYPE_TEXT, P, P},
  [FIELD_PRODUCT_LINE] = {"product_line", TYPE_TEXT, P, 0},
  [FIELD_SERVICE_LEVEL] = {"service_level", TYPE_TEXT, P, 0},
  [FIELD_EOL] = {"eol_date", TYPE_DATE, P, 0},
  [FIELD_EOS] = {"eos_date", TYPE_DATE, P, 0},
  [FIELD_REPLACEMENT] = {"replacement_sku", TYPE_TEXT, P, 0},
  [FIELD_RATE_DATE] = {"rate_date", TYPE_DATE, X, X},
  [FIELD_RATE] = {"rate", TYPE_DECIMAL, X, X},
  [FIELD_SOURCE] = {"source", TYPE_TEXT, X, 0},
  [FIELD_SCOPE] = {"scope", TYPE_TEXT, T, T},
  [FIELD_SCOPE_NAME] = {"scope_name", TYPE_TEXT, T, T},
  [FIELD_PERIOD] = {"period", TYPE_TEXT, T, T},
  [FIELD_TARGET_KIND] = {"kind", TYPE_TEXT, T, 0},
  [FIELD_MEASURE] = {"measure", TYPE_TEXT, T, 0},
  [FIELD_AMOUNT] = {"amount", TYPE_DECIMAL, T, T},
  [FIELD_REASON] = {"reason", TYPE_TEXT, T, 0},
  [FIELD_DUE] = {"due_date", TYPE_DATE, U, 0},
  [FIELD_AT] = {"date", TYPE_DATE, U | S, U | S},
  [FIELD_CHANNEL] = {"channel", TYPE_TEXT, U, U},
  [FIELD_PARTY] = {"party", TYPE_TEXT, U, 0},
  [FIELD_NOTE] = {"note", TYPE_TEXT, U, 0},
  [FIELD_SIGNAL] = {"signal", TYPE_TEXT, S, S},
  [FIELD_VALUE] = {"number", TYPE_DECIMAL, S, 0}, /* or text */
  [FIELD_SAYS] = {"text", TYPE_TEXT, S, 0},
};

/* Synonyms as keys (see header_key) separated by one blank; weak ones after the bar. */
static const struct {
  enum import_field field;
  unsigned kinds;
  const char *words;
} synonyms[] = {
  {FIELD_CONTRACT_NUMBER, C | U | S,
   "contractno contractnum contractid contractname contract agreementnumber agreementno agreementid agreement servicecontractnumber "
   "servicecontractid servicecontract servicecontractcontractnumber contractcontractnumber maintenancecontract maintenancecontractnumber "
   "supportcontract supportcontractnumber originalcontractid originalcontract contractrecordid "
   "numerodecontrato numerocontrato ncontrato nocontrato nrocontrato numcontrato contrato iddecontrato idcontrato codigodecontrato "
   "numerodocontrato ndocontrato nodocontrato nodecontrato ndecontrato nrdocontrato iddocontrato codigodocontrato "
   "numerodecontrat numerocontrat ncontrat ncontrato nodecontrat ndecontrat contrat referencecontrat idcontrat numeroducontrat "
   "| documentnumber tranid number numero contractreference"},
  {FIELD_TERM_NUMBER, C, "currentitemid currentcontractid termid currentterm renewalid amendmentid termcontractnumber"},
  {FIELD_LINE_NUMBER, C,
   "lineno linenum lineid line lineitemnumber lineitemid contractlineitemnumber contractlinenumber contractlineid contractline "
   "subscriptionnumber subscriptionid subscription position positionnumber contractitemid contractitem "
   "linea numerodelinea nlinea posicion linha numerodalinha nlinha posicao item ligne numerodeligne nligne poste | id guid"},
  {FIELD_END_USER, C | S,
   "enduser endusername endcustomer endcustomername endcustomeraccount customer customername customeraccount account accountname client clientname "
   "servicecontractaccountname contractaccountname companyname company endusercompany installedatcustomer departmentname shiptocustomer "
   "cliente nombredelcliente nombrecliente clientefinal usuariofinal cuenta nombredecuenta nombredelacuenta razonsocial "
   "nomedocliente nomecliente conta nomedaconta usuariofinalconta razaosocial "
   "nomduclient nomclient clientfinal utilisateurfinal compte nomducompte raisonsociale societe "
   "| accountid customerid clientid enduserid department entity idcliente idclient idcuenta entitiy billtocustomer servicecontractaccountid"},
  {FIELD_COUNTRY, C | A,
   "countryname countrycode billingcountry billingcountrycode shiptocountry customercountry accountcountry accountbillingcountry pais "
   "codigodepais codigopais codepays pays "
   "| shippingcountry"},
  {FIELD_REGION, C | A,
   "salesregion territory territoryname area salesarea geo regionname regiondeventas territorio regiao regiaodevendas regioncommerciale "
   "territoire secteur"},
  {FIELD_OWNER, C | U,
   "ownername owneremail rep repname repid salesrep salesrepname salesrepid renewalrep renewalrepresentative renewalowner accountowner contractowner "
   "representative salesperson accountmanager renewalmanager assignedto owneralias "
   "propietario responsable vendedor representante ejecutivo ejecutivodecuenta gestor "
   "proprietario responsavel executivodecontas gerentedeconta "
   "proprietaire commercial representant responsablecommercial chargedecompte gestionnaire | ownerid ownerusername by user"},
  {FIELD_SALES_MODEL, C,
   "channel saleschannel route routetomarket salesroute model tier canal canaldeventa canaldeventas modelodeventa canaldevendas modelodevenda "
   "canaldevente modeledevente "
   "| contracttype"},
  {FIELD_RESELLER, C,
   "reseller resellername partner partnername partneraccount var dealer revendedor distribuidorminorista socio parceiro revenda revendeur partenaire "
   "partneraccountname resellerid | partnerid soldto"},
  {FIELD_DISTRIBUTOR, C, "distributor distributorname disti distributeur distribuidor mayorista atacadista grossiste distributorid"},
  {FIELD_PRODUCT, C,
   "productcode productsku sku item itemname itemnumber partnumber partno part material materialnumber servicesku supportsku product2name "
   "product2productcode "
   "productname itemid productproductcode assetname asset "
   "producto codigodeproducto codigoproducto articulo referencia nombredeproducto nombredelproducto "
   "produto codigodoproduto codigoproduto artigo nomedoproduto "
   "produit codeproduit article reference nomduproduit | productid product2id product2 service servicename"},
  {FIELD_DESCRIPTION, C,
   "desc shortdesc shortdescription productdescription itemdescription linedescription contractdescription servicedescription "
   "descripcion descripciondelproducto descricao descricaodoproduto designation libelle descriptif | memo details"},
  {FIELD_FAMILY, C | P,
   "family productfamilyname productgroup category productcategory contractstructuretype product2family familia familiadeproducto "
   "familiadeproductos categoria "
   "familiadeproduto familiadeprodutos famille familledeproduit familledeproduits categorie"},
  {FIELD_SERIAL, C,
   "serial serialno serialnum sn serialnumbers assetserialnumber equipmentserialnumber numerodeserie nserie noserie nroserie serie "
   "numerodeserieequipo numerodeserial ndeserie nodeserie"},
  {FIELD_QUANTITY, C, "qty quantities units seats licenses licences count cantidad cant unidades quantidade qtd qtde quantite qte nombre"},
  {FIELD_START, C,
   "start startdt begindate begin begins contractstartdate contractstart termstart termstartdate effectivedate effectivestartdate datestart "
   "coveragestart coveragestartdate "
   "servicestartdate servicestart supportstart supportstartdate subscriptionstartdate validfrom from dateeffective currentstartdate "
   "fechadeinicio fechainicio inicio iniciodevigencia vigenciadesde desde fechainicial fechadecomienzo "
   "datadeinicio datainicio datainicial iniciodavigencia vigenciainicio "
   "datededebut datedebut debut datedeffet debutdecontrat debutducontrat datedebutcontrat | activateddate installdate purchasedate"},
  {FIELD_END, C,
   "end enddt ends finishdate contractenddate contractend termend termenddate expirationdate expirydate expiration expiry expires expireson "
   "expdate effectiveenddate dateend "
   "coverageend coverageenddate serviceenddate serviceend supportend supportenddate subscriptionenddate validto validuntil to until "
   "currentenddate renewaldue "
   "fechadefin fechafin fin findevigencia vigenciahasta hasta fechafinal fechadevencimiento fechavencimiento vencimiento fechadetermino "
   "fechadeterminacion "
   "datadetermino datatermino datafim datadofim datadefim fim fimdavigencia vigenciafim datafinal datadevencimento datavencimento termino vencimento "
   "datedefin datefin datedecheance dateecheance echeance datedecheancecontrat findecontrat finducontrat datefincontrat dateexpiration "
   "datedexpiration | usageenddate"},
  {FIELD_CURRENCY, C | A | X | T,
   "currencycode curr ccy currencyisocode isocurrency contractcurrency moneda divisa codigodemoneda codigomoneda moeda codigodamoeda devise "
   "codedevise monnaie"},
  {FIELD_LIST_AMOUNT, C,
   "listprice listvalue listtotal totallist grosslist msrp preciolista preciodelista preciodetabela precodelista precolista precodetabela "
   "prixcatalogue prixliste prixpublic montantcatalogue"},
  {FIELD_NET_AMOUNT, C,
   "amount amt contractamount net netvalue netamt totalamount contractvalue totalcontractvalue tcv value totalvalue totalprice "
   "linetotal nettotal linevalue lineamount "
   "annualamount netamountusd extendedamount extendedprice subtotal contractlinevalue supportamount maintenanceamount grandtotal "
   "importe importeneto monto montoneto valor valorneto valorcontrato valordelcontrato importetotal montototal "
   "valorliquido valortotal valordocontrato montante "
   "montant montantnet montantht valeur valeurnette montanttotal montantducontrat | total price precio preco prix"},
  {FIELD_UNIT_PRICE, C,
   "netprice netunitprice priceperunit unitnetprice preciounitario precioneto precounitario precoliquido prixunitaire prixnet"},
  {FIELD_BOOKED, C,
   "booked bookingdate bookdate orderdate ordereddate podate purchaseorderdate salesorderdate dateordered closedate closeddate signeddate "
   "fechadepedido fechapedido fechadeorden fechaorden fechadereserva fechadecompra datadopedido datapedido datadacompra "
   "datedecommande datecommande datedelacommande | companysigneddate customersigneddate createddate"},
  {FIELD_RENEWED_FROM, C,
   "renewalof renewedfromcontract previouscontract previouscontractnumber predecessor predecessorcontract predecessorid priorcontract parentcontract "
   "renewedfromid renewedcontract contratoanterior renovadode renovacionde renovacaode contratprecedent contratorigine renouvellementde | "
   "parentservicecontractid rootcontract"},
  {FIELD_OUTCOME, C,
   "renewed isrenewed renewalstatus renewalresult renewaloutcome renewalwon result resultado resultadoderenovacion renovado renovo "
   "resultadodarenovacao renouvele resultat resultatrenouvellement"},
  {FIELD_RENEWED_ON, C,
   "renewaldate reneweddate daterenewed renewedat renewalbookeddate renewalclosedate fechaderenovacion fecharenovacion renovadoel "
   "datadarenovacao datarenovacao renovadoem datederenouvellement daterenouvellement renouvelele"},
  {FIELD_RENEWED_AMOUNT, C,
   "renewalamount renewedvalue renewalvalue renewalprice importerenovado montorenovado importederenovacion valorrenovado valordarenovacao "
   "montantrenouvele montantderenouvellement"},
  {FIELD_STATUS, C,
   "contractstatus linestatus state statuscode estado estadodelcontrato situacao estadodocontrato statut etat statutducontrat etatducontrat"},
  {FIELD_NAME, A,
   "account accountname customer customername company companyname enduser enduseraccount client clientname cliente nombre nombredelcliente "
   "razonsocial cuenta nome nomedocliente "
   "razaosocial conta nom nomduclient raisonsociale compte societe | entityid"},
  {FIELD_NAME, P, "productname description productdescription itemname displayname nombre descripcion nome descricao nom designation libelle"},
  {FIELD_KIND, A, "kind type accounttype partnertype customertype tipo tipodecuenta tipodecliente tipodeconta typedecompte"},
  {FIELD_LANGUAGE, A | U, "lang languagecode preferredlanguage idioma lengua lingua langue"},
  {FIELD_PARENT, A, "parentaccount parentname parentaccountname parentcompany ultimateparent matriz casamatriz cuentaprincipal contapai maisonmere "
   "compteparent | parentid"},
  {FIELD_EXTERNAL_ID, A,
   "externalid accountnumber accountno customernumber customerno customerid accountid internalid numerodecliente codigodecliente "
   "codigodocliente numeroclient codeclient | id"},
  {FIELD_SALES_OWNER, A,
   "salesowner accountowner accountownername accountexecutive accountexec ae accountmanager fieldsales fieldsalesrep salesrep salesrepname "
   "salesperson salesrepresentative owner ownername territoryowner vendedor ejecutivodecuenta responsabledeventas propietariodelacuenta "
   "executivodecontas responsaveldevendas proprietariodaconta "
   "commercial responsablecommercial chargedecompte ingenieurcommercial"},
  {FIELD_SKU, P,
   "productcode product productsku item itemname itemnumber partnumber partno material materialnumber code producto codigo codigodeproducto "
   "articulo produto codigodoproduto "
   "produit codeproduit article reference | stockkeepingunit productid id"},
  {FIELD_PRODUCT_LINE, P,
   "line lineofproduct productserie productseries lineadeproducto linea linhadeproduto linha gamme ligne lignedeproduits gammedeproduits"},
  {FIELD_SERVICE_LEVEL, P, "supportlevel sla servicetier level niveldeservicio nivel niveldesoporte niveldeservico niveaudeservice niveau"},
  {FIELD_EOL, P, "eol endoflife endoflifedate findevida fechafindevida fimdevida datafimdevida findevie datefindevie"},
  {FIELD_EOS, P, "eos endofsupport endofsupportdate lastdateofsupport ldos findesoporte fechafindesoporte fimdesuporte datafimdesuporte findesupport "
   "datefindesupport"},
  {FIELD_REPLACEMENT, P,
   "replacement replacedby successor successorsku replacementproduct reemplazo skudereemplazo substituto skusubstituto remplacement "
   "remplacepar"},
  {FIELD_CURRENCY, X, "from fromcurrency base basecurrency"},
  {FIELD_RATE_DATE, X, "date effectivedate day validfrom startdate fecha data jour"},
  {FIELD_RATE, X, "fxrate exchangerate conversionrate value tipodecambio tasa tasadecambio taxa taxadecambio cambio taux tauxdechange cours"},
  {FIELD_SOURCE, X, "ratesource provider fuente origen fonte"},
  {FIELD_SCOPE, T, "level targetlevel alcance nivel ambito escopo niveau perimetre"},
  {FIELD_SCOPE_NAME, T, "who for targetfor scopeof nombre nome nom | name owner rep team region"},
  {FIELD_PERIOD, T, "periodid quarter fiscalperiod fiscalquarter month periodo trimestre periode"},
  {FIELD_TARGET_KIND, T, "targetkind unit type tipo"},
  {FIELD_MEASURE, T, "metric kpi medida metrica indicador mesure indicateur"},
  {FIELD_AMOUNT, T, "target quota goal value targetamount quotaamount objetivo cuota importe monto meta valor cota objectif montant valeur"},
  {FIELD_REASON, T, "why comment motivo razao motif raison"},
  {FIELD_SIGNAL, S, "name signalname metric measure indicator kind type nombre senal indicador metrica nome sinal nom signal indicateur mesure"},
  {FIELD_VALUE, S, "value amount score count quantity numero valor puntuacion cantidad contagem valeur"},
  {FIELD_SAYS, S, "note notes comment comments answer status texto nota comentario resposta texte commentaire reponse"},
  {FIELD_DUE, U, "due enddate expirationdate renewaldue fechadevencimiento datadevencimento dateecheance"},
  {FIELD_AT, U | S, "at when day activitydate touchdate contactdate contactedon calldate fecha fechadecontacto data datadocontato jour datedecontact"},
  {FIELD_CHANNEL, U, "type how activitytype medium canal tipo"},
  {FIELD_PARTY, U, "withwhom contacted audience parte interlocutor partie"},
  {FIELD_NOTE, U,
   "notes comment comments subject text nota notas comentario asunto observacion observacao assunto remarque commentaire objet | description"},
};
#define N_SYNONYMS (sizeof synonyms / sizeof synonyms[0])

static const char *const kind_names[IMPORT_KIND_COUNT] = {"contracts", "accounts", "products", "fx", "targets", "touches", "signals"};

const char *import_kind_name(int v)
{
  return v >= 0 && v < IMPORT_KIND_COUNT ? kind_names[v] : "";
}

int import_kind_of(struct str s)
{
  for (int i = 0; i < IMPORT_KIND_COUNT; i++)
    if (str_eq_nocase(s, str_of(kind_names[i])))
      return i;
  return -1;
}

const struct field_spec *field_spec(enum import_field f)
{
  return &specs[f];
}

bool field_in(enum import_field f, enum import_kind k)
{
  return specs[f].kinds & (1u << k);
}

/* A field's own name as a key: plain snake_case, so only the underscores go. */
static struct str own_key(int f, char buf[HEADER_KEY_SIZE])
{
  size_t n = 0;
  for (const char *p = specs[f].name; *p; p++)
    if (*p != '_')
      buf[n++] = *p;
  return (struct str){buf, n};
}

int field_of(enum import_kind k, struct str name)
{
  char a[HEADER_KEY_SIZE], b[HEADER_KEY_SIZE];
  struct str key = header_key(name, a, sizeof a);
  for (int f = 0; f < FIELD_COUNT; f++)
    if (field_in((enum import_field)f, k) && str_eq(key, own_key(f, b)))
      return f;
  return -1;
}

/* Drops one leading word sequence that says where the column comes from, not what it is. */
static struct str drop_prefix(struct str folded)
{
  static const char *const prefixes[] = {"sbqq ", "custrecord contracts ", "custrecord contract ", "custrecord ci ", "custrecord cl ",
                                         "custrecord ", "custbody ", "custcol ", "custentity ", "custitem ", "servicemax "};
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    struct str p = str_of(prefixes[i]);
    if (folded.n > p.n && str_starts(folded, p))
      return str_sub(folded, p.n, folded.n - p.n);
  }
  return folded;
}

struct str header_key(struct str header, char *buf, size_t size)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(8192);
  utf8_fold(&b, utf8_cut(header, 1024));
  if (b.failed)
    return (struct str){NULL, 0};
  struct str s = drop_prefix(strbuf_str(&b));
  if (str_ends(header, STR("__c")) || str_ends(header, STR("__r")))
    s = str_sub(s, 0, s.n >= 2 ? s.n - 2 : 0);
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    /* SBQQ__Account__r.Name: the "r" stands alone */
    bool lone_r = s.p[i] == 'r' && i > 0 && s.p[i - 1] == ' ' && i + 1 < s.n && s.p[i + 1] == ' ';
    if (s.p[i] != ' ' && !lone_r && n < size)
      buf[n++] = s.p[i];
  }
  return (struct str){buf, n};
}

int header_rank(enum import_kind k, enum import_field f, struct str key)
{
  char own[HEADER_KEY_SIZE];
  if (!field_in(f, k) || key.n == 0)
    return -1;
  if (str_eq(key, own_key((int)f, own)))
    return 0;
  for (size_t i = 0; i < N_SYNONYMS; i++) {
    if (synonyms[i].field != f || !(synonyms[i].kinds & (1u << k)))
      continue;
    int rank = 1;
    struct str word, rest = str_of(synonyms[i].words);
    while (str_cut(rest, ' ', &word, &rest)) {
      if (str_eq(word, STR("|")))
        rank = 2;
      else if (str_eq(word, key))
        return rank;
    }
  }
  return -1;
}

/* 100 × (1 − edit distance / longer length), for short keys. */
static int closeness(struct str a, struct str b)
{
  enum { MAX = 48 };
  int row[MAX + 1];
  if (a.n == 0 || b.n == 0 || a.n > MAX || b.n > MAX)
    return 0;
  for (size_t j = 0; j <= b.n; j++)
    row[j] = (int)j;
  for (size_t i = 1; i <= a.n; i++) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= b.n; j++) {
      int change = diagonal + (a.p[i - 1] != b.p[j - 1]);
      int insert = row[j - 1] + 1, drop = row[j] + 1;
      diagonal = row[j];
      row[j] = change < insert ? (change < drop ? change : drop) : (insert < drop ? insert : drop);
    }
  }
  int longer = (int)(a.n > b.n ? a.n : b.n);
  int score = 100 - 100 * row[b.n] / longer;
  struct str small = a.n < b.n ? a : b, big = a.n < b.n ? b : a;
  if (small.n >= 4 && str_contains(big, small) && score < 70)
    score = 70;
  return score;
}

int header_likeness(enum import_kind k, enum import_field f, struct str key)
{
  char own[HEADER_KEY_SIZE];
  int best = closeness(key, own_key((int)f, own));
  for (size_t i = 0; i < N_SYNONYMS; i++) {
    if (synonyms[i].field != f || !(synonyms[i].kinds & (1u << k)))
      continue;
    struct str word, rest = str_of(synonyms[i].words);
    while (str_cut(rest, ' ', &word, &rest)) {
      int c = str_eq(word, STR("|")) ? 0 : closeness(key, word);
      if (c > best)
        best = c;
    }
  }
  return best;
}
