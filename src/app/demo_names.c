/* Words of the invented vendor's world. */
#include "app/demo_vendor.h"

const struct demo_team demo_teams[DEMO_TEAMS] = {
    {"US East", "US", "US", "en", "en-US", "America/New_York", "USD", 30, 100, 40, 40},
    {"US West", "US", "US", "en", "en-US", "America/Los_Angeles", "USD", 24, 100, 40, 40},
    {"Canada", "Canada", "CA", "fr", "fr-CA", "America/Toronto", "CAD", 14, 137, 30, 45},
    {"Brazil", "LATAM", "BR", "pt", "pt-BR", "America/Sao_Paulo", "BRL", 18, 540, 8, 27},
    {"Mexico", "LATAM", "MX", "es", "es-MX", "America/Mexico_City", "MXN", 14, 1850, 10, 30},
};

const struct demo_model demo_models[DEMO_MODELS] = {
    {"VX-110", "VX-110 branch firewall", "Firewall", "VX", 420, 0, 0, ""},
    {"VX-100", "VX-100 branch firewall", "Firewall", "VX", 380, -14, 10, "VX-110"},
    {"VX-410", "VX-410 firewall", "Firewall", "VX", 1900, 0, 0, ""},
    {"VX-400", "VX-400 firewall", "Firewall", "VX", 1700, -6, 18, "VX-410"},
    {"VX-900", "VX-900 firewall cluster node", "Firewall", "VX", 7400, 0, 0, ""},
    {"VX-2000", "VX-2000 data center firewall", "Firewall", "VX", 18500, 0, 0, ""},
    {"MG-20", "MG-20 mail gateway", "Mail gateway", "MG", 1250, 0, 0, ""},
    {"MG-60", "MG-60 mail gateway", "Mail gateway", "MG", 3900, 8, 32, ""},
    {"WA-5", "WA-5 web application firewall", "Web application firewall", "WA", 5200, 0, 0, ""},
    {"SN-30", "SN-30 network sensor", "Sensor", "SN", 2300, 0, 0, ""},
    {"TF-1", "Threat feed, per appliance", "Threat feed", "TF", 260, 0, 0, ""},
    {"CC-8", "Central console, 8 appliances", "Management", "CC", 960, 0, 0, ""},
};
const char *const demo_levels[DEMO_LEVELS] = {"Business hours", "Gold 24x7", "Platinum 24x7 on site"};
const char *const demo_level_codes[DEMO_LEVELS] = {"BH", "GLD", "PLT"};

enum { WORDS = 24, KINDS = 16, TOWNS = 20 };
static const char *const words[3][WORDS] = {
    {"Cedar Ridge", "Harrow", "Meridian", "Cascadia", "Lakeland", "Kestrel", "Pacific Crest", "Ironbridge", "Stonegate", "Blue Mesa", "Fairmont", "Juniper Falls",
     "Northgate", "Redwood", "Silver Creek", "Tidewater", "Union Square", "Valley Forge", "Westbrook", "Granite", "Copper Hill", "Elmhurst", "Beacon", "Arrowhead"},
    {"Aurora", "Boa Vista", "Serra Azul", "Ipê", "Atlântica", "Rio Claro", "Jacarandá", "Guarani", "Santa Aurélia", "Paraná", "Mantiqueira", "Litoral",
     "Bandeirante", "Horizonte", "Araucária", "Cruzeiro", "Estrela", "Ouro Verde", "Planalto", "São Bento", "Tropical", "Vale Verde", "Zênite", "Colibri"},
    {"Serrano", "Quetzal", "Altamira", "Del Valle", "Monte Azul", "Anáhuac", "Bahía", "Cantera", "Del Norte", "El Roble", "Fuente Clara", "Gavilán",
     "Hidalgo", "Ixtapa", "Jaguar", "La Laguna", "Mirador", "Nopal", "Oriente", "Piedra Blanca", "Río Bravo", "San Telmo", "Tierra Alta", "Valle Real"},
};
static const char *const kinds[3][KINDS] = {
    {"Hospitals", "Credit Union", "Transit", "Foods", "Insurance", "University", "Aerospace", "Logistics", "Energy", "School District", "Bank", "Retail", "Pharma",
     "County", "Media", "Water Utility"},
    {"Hospitais", "Cooperativa de Crédito", "Transportes", "Alimentos", "Seguros", "Universidade", "Aeronáutica", "Logística",
     "Energia", "Tecelagem", "Banco", "Varejo",
     "Farmacêutica", "Prefeitura", "Mídia", "Saneamento"},
    {"Hospitales", "Caja de Ahorro", "Transportes", "Alimentos", "Seguros", "Universidad", "Aeronáutica", "Logística", "Energía", "Textiles", "Banco", "Comercial",
     "Farmacéutica", "Municipio", "Medios", "Agua Potable"},
};
static const char *const towns[DEMO_TEAMS][TOWNS] = {
    {"Albany", "Boston", "Charlotte", "Dover", "Erie", "Frederick", "Greenville", "Hartford", "Ithaca", "Jacksonville", "Kingston", "Lancaster", "Macon", "Newark",
     "Orlando", "Providence", "Quincy", "Richmond", "Savannah", "Trenton"},
    {"Anaheim", "Boise", "Carson", "Denver", "Eugene", "Fresno", "Glendale", "Helena", "Irvine", "Logan", "Medford", "Nampa", "Oakland", "Phoenix", "Reno", "Salem",
     "Tacoma", "Ventura", "Wichita", "Yuma"},
    {"Barrie", "Calgary", "Drummondville", "Edmonton", "Fredericton", "Gatineau", "Halifax", "Kelowna", "Laval", "Moncton", "Nanaimo", "Ottawa", "Québec", "Regina",
     "Sherbrooke", "Toronto", "Trois-Rivières", "Vancouver", "Winnipeg", "Yellowknife"},
    {"Aracaju", "Belém", "Campinas", "Cuiabá", "Curitiba", "Florianópolis", "Fortaleza", "Goiânia", "Joinville", "Londrina", "Maceió", "Manaus", "Natal", "Niterói",
     "Porto Alegre", "Recife", "Salvador", "Santos", "Sorocaba", "Vitória"},
    {"Aguascalientes", "Cancún", "Chihuahua", "Colima", "Culiacán", "Durango", "Guadalajara", "Hermosillo", "León", "Mérida",
     "Mexicali", "Monterrey", "Morelia", "Oaxaca",
     "Puebla", "Querétaro", "Saltillo", "Tijuana", "Toluca", "Veracruz"},
};
static int tongue(int team) { return team <= 2 ? 0 : team == 3 ? 1 : 2; }

void demo_account_name(struct strbuf *b, int team, int64_t index) {
  /* A fixed odd multiplier walks all combinations before one comes again; then a number is added. */
  int64_t all = WORDS * KINDS * TOWNS;
  int64_t k = (index * 2897 + 1291) % all, round = index / all;
  int t = tongue(team);
  const char *word = words[t][k % WORDS], *kind = kinds[t][k / WORDS % KINDS], *town = towns[team][k / WORDS / KINDS];
  if (t == 0) {
    strbuf_fmt(b, "%s %s, %s", word, kind, town);
  } else {
    strbuf_fmt(b, "%s %s, %s", kind, word, town);
  }
  if (round > 0) {
    strbuf_fmt(b, " %d", (int)round + 1);
  }
}

static const char *const partner_words[3][12] = {
    {"Summit", "Bridgeport", "Cobalt", "Northstar", "Harbor", "Pioneer", "Keystone", "Evergreen", "Sterling", "Maple Ridge", "Frontier", "Atlas"},
    {"TecSul", "Nova Rede", "Atlântico", "InfoNorte", "Paulista", "Delta", "Vetor", "Minas", "Capital", "Ponto Seguro", "Origem", "Sigma"},
    {"Norteca", "Redes del Centro", "Integra", "Azteca", "Sistemas Sur", "Baluarte", "Cumbre", "Faro", "Pacífico", "Vértice", "Estrella", "Andina"},
};
void demo_partner_name(struct strbuf *b, int team, bool distributor, int index) {
  static const char *const reseller_kinds[3] = {"Systems", "Integradora", "Soluciones"};
  static const char *const distributor_kinds[3] = {"Distribution", "Distribuição", "Distribución"};
  int t = tongue(team);
  int offset = distributor ? 6 : 0;
  strbuf_fmt(b, "%s %s", partner_words[t][(index + offset) % 12], (distributor ? distributor_kinds : reseller_kinds)[t]);
  if (team <= 2 && !distributor) {
    strbuf_fmt(b, " %s", towns[team][index % TOWNS]);
  } else if (distributor) {
    strbuf_fmt(b, " %s", demo_teams[team].country);
    if (team == 1) {
      strbuf_addz(b, " West");
    }
  }
  if (index >= 12) {
    strbuf_fmt(b, " %d", index / 12 + 1);
  }
}

enum { FIRST = 16, LAST = 16 };
static const char *const first_names[4][FIRST] = {
    {"Dana", "Tom", "Priya", "Grace", "Marcus", "Erin", "Omar", "Leah", "Victor", "Naomi", "Caleb", "Ruth", "Simon", "Amara", "Wes", "Joy"},
    {"Chloé", "Marc", "Élise", "Luc", "Noémie", "Hugo", "Sophie", "Alain", "Camille", "Denis", "Margot", "Yves", "Claire", "Rémi", "Anne", "Gilles"},
    {"Inês", "Rafael", "Beatriz", "Thiago", "Larissa", "Caio", "Helena", "Bruno", "Júlia", "Otávio", "Lívia", "Davi", "Marina", "Igor", "Renata", "Paulo"},
    {"Sofía", "Luis", "Valeria", "Diego", "Ximena", "Andrés", "Renata", "Javier", "Lucía", "Emilio", "Paola", "Tomás", "Elena", "Raúl", "Irene", "Mateo"},
};
static const char *const last_names[4][LAST] = {
    {"Whitfield", "Okafor", "Raman", "Delaney", "Boone", "Castle", "Haddad", "Lindqvist", "Moss", "Park", "Quill", "Reyes", "Sloan", "Tran", "Usher", "Voss"},
    {"Tremblay", "Delisle", "Gagnon", "Bouchard", "Côté", "Fortin", "Lavoie", "Morin", "Pelletier", "Roy", "Simard", "Thériault",
     "Vachon", "Caron", "Dubé", "Hébert"},
    {"Carvalho", "Moura", "Teixeira", "Nogueira", "Prado", "Siqueira", "Vasconcelos", "Amaral", "Brandão", "Coelho", "Duarte",
     "Farias", "Guedes", "Lacerda", "Macedo",
     "Pires"},
    {"Rivas", "Herrera", "Cárdenas", "Escobedo", "Figueroa", "Garza", "Ibarra", "Juárez", "Lozano", "Montes", "Navarro",
     "Ocampo", "Palacios", "Quiroga", "Salinas", "Trejo"},
};
void demo_person_name(struct strbuf *b, int team, int index) {
  int k = team <= 1 ? 0 : team - 1;
  /* US West starts elsewhere in the list than US East, so that no two people share a name. */
  int i = index + (team == 1 ? FIRST * LAST / 2 : 0);
  int first = team == 0 ? (i + 1) % FIRST : i % FIRST;
  strbuf_fmt(b, "%s %s", first_names[k][first], last_names[k][(first + i / FIRST) % LAST]);
}

void demo_serial(struct strbuf *b, int model, uint64_t serial) {
  static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  for (const char *p = demo_models[model].sku; *p != '\0'; p++) {
    if (*p != '-') {
      strbuf_addc(b, *p);
    }
  }
  strbuf_addc(b, '-');
  for (int i = 0; i < 9; i++) {
    strbuf_addc(b, letters[serial % 32]);
    serial /= 32;
  }
}
