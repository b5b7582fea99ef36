/* libcurl, begun once for the process by whoever needs it first. For fetch.c and smtp.c only. */
#ifndef EXCHANGE_CURL_ONCE_H
#define EXCHANGE_CURL_ONCE_H
#include <curl/curl.h>

CURL *curl_handle(void); /* NULL on no memory; curl_easy_cleanup takes it */
#endif
