#include "server/limits.h"

#include "base/limits.h"

void server_limits_init(struct server_limits *limits)
{
    *limits = (struct server_limits){
        .rate = LIMIT_ADDRESS_RATE,
        .burst = LIMIT_ADDRESS_BURST,
        .address_connections = LIMIT_ADDRESS_CONNECTIONS,
        .connections = LIMIT_CONNECTIONS,
        .request_seconds = LIMIT_REQUEST_SECONDS,
        .stall_seconds = LIMIT_STALL_SECONDS,
        .linger_seconds = LIMIT_LINGER_SECONDS,
        .held_bytes = LIMIT_HELD_PAGES,
    };
    (void)!prefix_list_parse(SLICE(LIMIT_UNLIMITED), &limits->unlimited, NULL);
}
