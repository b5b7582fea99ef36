/* Inside of the view compiler: viewc.c (files), viewc_html.c (where in the HTML we are), viewc_tag.c ({{…}}), viewc_words.c (messages). */
#ifndef TOOLS_VIEWC_H
#define TOOLS_VIEWC_H
#include "base/err.h"
#include "base/strbuf.h"

enum html_state { IN_TEXT, IN_TAG_NAME, IN_TAG, IN_ATTR_NAME, BEFORE_VALUE, IN_VALUE };
struct html_pos {
  enum html_state state;
  bool closing;       /* </tag */
  bool url, at_start; /* in an attribute that holds an address; nothing of the value written yet */
  char quote;
  char tag[32], attr[64]; /* lower case, cut */
  bool hx;            /* the tag has hx- attributes */
  bool is_form, is_post; /* the tag is <form>; it has method="post" */
  bool post_form, has_csrf; /* inside a POST form; it has its {{@csrf}} */
  bool json_script;   /* the tag is a script with type application/json */
  char mute[32];      /* inside an element whose text is not translated: its tag; "" = none */
  int mute_depth;     /* of that tag inside itself */
  bool mute_next;     /* the tag has translate="no" */
  char raw;           /* inside script (s), style (y), json script (j), pre or textarea (p): 0 = none */
};
enum { MAX_DEPTH = 24 };
struct block {
  char kind;            /* 'i' if, 'e' each, 't' message */
  int holes;            /* of a message: parts begun after the first */
  bool has_else;
  enum html_state state;
  bool at_start;
  int level;            /* nesting of each at its begin */
  char count[200];      /* of an each: the C expression of its length */
};
struct unit {
  const char *path;
  struct str src, name, type;
  size_t pos;
  struct strbuf code, text;
  struct strbuf *messages; /* list of all messages, one a line */
  int walks;            /* messages with holes so far: numbers their variables */
  struct html_pos html;
  struct block blocks[MAX_DEPTH];
  int depth, level;     /* open blocks; open each blocks */
};

int fail(struct unit *u, const char *what, struct str detail); /* prints path:line: text, returns ERR_SYNTAX */
void literal(struct unit *u, char c);
void flush_literal(struct unit *u);
int html_scan(struct unit *u);                 /* the whole view */
int tag_compile(struct unit *u, struct str t); /* what stands between {{ and }} */
int path_c(struct unit *u, struct str t, struct strbuf *ret); /* a path of the view's struct as C */
int open_block(struct unit *u, char kind, const char *count);
bool words_run(struct unit *u);                /* takes the run of literal text at u->pos as a message, if it has letters */
bool words_attr(const struct html_pos *h);     /* whether people read or hear this attribute */
int words_tag(struct unit *u, struct str t, bool by_number); /* {{t "…" a b}}, {{tn n "…" "…" a}} */
int words_block(struct unit *u, struct str t); /* {{#t "…"}} … {{|}} … {{/t}} */
int words_part(struct unit *u);
#endif
