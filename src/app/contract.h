/* A contract's state on a past day. The stored state is today's; it is derived again from the terms as they were known then. */
#ifndef APP_CONTRACT_H
#define APP_CONTRACT_H
#include "store/repo_config.h"
#include "store/repo_contract.h"

/* terms: all of one contract as known by that day (contract_terms with that `until`), in any order. */
enum contract_state contract_state_then(const struct contract_term *terms, size_t n, day_t cancelled_on, const struct org *org, day_t day);
#endif
