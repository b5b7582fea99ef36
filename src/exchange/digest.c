#include "exchange/digest.h"
#include "base/err.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static int read_whole(int fd, EVP_MD_CTX *c)
{
  unsigned char buf[PIECE];
  ssize_t n;
  while ((n = read(fd, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0 && EVP_DigestUpdate(c, buf, (size_t)n) != 1)
      return ERR_NOMEM;
  return n < 0 ? ERR_IO : OK;
}

int digest_file(const char *path, char ret_hex[static DIGEST_TEXT])
{
  static const char digits[] = "0123456789abcdef";
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return ERR_IO;
  EVP_MD_CTX *c = EVP_MD_CTX_new();
  int rc = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 ? read_whole(fd, c) : ERR_NOMEM;
  if (rc == OK && EVP_DigestFinal_ex(c, out, &n) != 1)
    rc = ERR_NOMEM;
  int kept = errno;
  EVP_MD_CTX_free(c);
  close(fd);
  errno = kept;
  for (unsigned i = 0; i < n && rc == OK; i++) {
    ret_hex[2 * i] = digits[out[i] >> 4];
    ret_hex[2 * i + 1] = digits[out[i] & 15];
  }
  if (rc == OK)
    ret_hex[2 * n] = 0;
  return rc;
}
