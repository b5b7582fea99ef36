#include "app/access_seal.h"

#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_TEXT = 2 * crypto_secretbox_KEYBYTES, PATH_SIZE_MOST = 4096 };

struct seal_key {
  unsigned char bytes[crypto_secretbox_KEYBYTES];
};

static int key_path(struct store *s, char path[PATH_SIZE_MOST], struct err *e) {
  const char *named = getenv("PERENNIAL_KEY_FILE");
  struct str url = str_of(store_url(s));
  if (named && *named) {
    snprintf(path, PATH_SIZE_MOST, "%s", named);
    return OK;
  }
  if (str_starts(url, STR("postgres")))
    return err_set(e, ERR_FAIL, "Secrets can't be kept: no key file is named: set PERENNIAL_KEY_FILE to a file only this program can read");
  if (str_starts(url, STR("sqlite:"))) url = str_sub(url, 7, url.n);
  snprintf(path, PATH_SIZE_MOST, "%.*s.key", STR_FMT(url));
  return OK;
}

static int key_read(const char *path, struct seal_key *ret, struct err *e) {
  char text[KEY_TEXT + 1] = {0};
  struct stat st;
  size_t n = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return errno == ENOENT ? ERR_NOTFOUND : err_set(e, ERR_IO, "The key file %.300s can't be read: %s", path, strerror(errno));
  bool shut = fstat(fd, &st) == 0 && (st.st_mode & 077) == 0;
  ssize_t got = shut ? read(fd, text, KEY_TEXT) : 0;
  close(fd);
  if (!shut) return err_set(e, ERR_FAIL, "The key file %.300s is open to others: chmod 600 it", path);
  bool good = got == KEY_TEXT && sodium_hex2bin(ret->bytes, sizeof ret->bytes, text, KEY_TEXT, NULL, &n, NULL) == 0 && n == sizeof ret->bytes;
  sodium_memzero(text, sizeof text);
  return good ? OK : err_set(e, ERR_FAIL, "The key file %.300s does not hold a key: put back the file that belongs to this database", path);
}

/* Written whole under another name first, so that nobody reads half a key; who comes second takes the first one's. */
static int key_make(const char *path, struct seal_key *ret, struct err *e) {
  char part[PATH_SIZE_MOST + 32], text[KEY_TEXT + 2];
  struct seal_key k;
  snprintf(part, sizeof part, "%s.%ld.%08x", path, (long)getpid(), randombytes_random());
  randombytes_buf(k.bytes, sizeof k.bytes);
  sodium_bin2hex(text, sizeof text, k.bytes, sizeof k.bytes);
  text[KEY_TEXT] = '\n';
  int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd >= 0 && write(fd, text, KEY_TEXT + 1) == KEY_TEXT + 1 && fsync(fd) == 0;
  if (fd >= 0) good = close(fd) == 0 && good;
  int bad = good ? link(part, path) == 0 || errno == EEXIST ? 0 : errno : errno;
  unlink(part);
  sodium_memzero(text, sizeof text);
  sodium_memzero(&k, sizeof k);
  return good && !bad ? key_read(path, ret, e) : err_set(e, ERR_IO, "The key file %.300s can't be written: %s", path, strerror(bad ? bad : EIO));
}

static int key_of(struct store *s, bool make, struct seal_key *ret, struct err *e) {
  char path[PATH_SIZE_MOST];
  int rc = sodium_init() < 0 ? err_set(e, ERR_FAIL, "The system gives no random numbers") : key_path(s, path, e);
  if (rc == OK) rc = key_read(path, ret, e);
  if (rc == ERR_NOTFOUND && make) return key_make(path, ret, e);
  return rc == ERR_NOTFOUND ? err_set(e, ERR_FAIL, "The key file %.300s is missing: put back the file that belongs to this database", path) : rc;
}

/* The key of one place: a secret sealed for one name does not open under another. */
static void key_for(const struct seal_key *k, const char *what, struct seal_key *ret) {
  crypto_generichash(ret->bytes, sizeof ret->bytes, (const unsigned char *)what, strlen(what), k->bytes, sizeof k->bytes);
}

int access_seal(struct store *s, struct arena *a, const char *what, struct str text, struct str *ret, struct err *e) {
  struct seal_key k, own;
  size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.n;
  size_t size = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  unsigned char *box = arena_alloc(a, n);
  char *out = arena_alloc(a, size);
  if (!box || !out) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = key_of(s, true, &k, e);
  if (rc < 0) return rc;
  key_for(&k, what, &own);
  randombytes_buf(box, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)text.p, text.n, box, own.bytes);
  sodium_memzero(&k, sizeof k);
  sodium_memzero(&own, sizeof own);
  sodium_bin2base64(out, size, box, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  *ret = str_of(out);
  return OK;
}

int access_unseal(struct store *s, struct arena *a, const char *what, struct str sealed, struct str *ret, struct err *e) {
  struct seal_key k, own;
  size_t n = 0, head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  unsigned char *box = arena_alloc(a, sealed.n + 1), *text = arena_zalloc(a, sealed.n + 1, 1);
  if (!box || !text) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = key_of(s, false, &k, e);
  if (rc < 0) return rc;
  key_for(&k, what, &own);
  int bad = sodium_base642bin(box, sealed.n + 1, sealed.p, sealed.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  bad = bad || n < head ||
        crypto_secretbox_open_easy(text, box + crypto_secretbox_NONCEBYTES, n - crypto_secretbox_NONCEBYTES, box, own.bytes) != 0;
  sodium_memzero(&k, sizeof k);
  sodium_memzero(&own, sizeof own);
  if (bad) return err_set(e, ERR_FAIL, "The secret can't be opened: the key file is not the one it was sealed with: put that one back");
  *ret = (struct str){(const char *)text, n - head};
  return OK;
}
