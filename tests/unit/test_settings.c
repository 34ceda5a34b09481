/* matinee.conf, and the table-driven reading it shares with capsule.conf. */
#include "check.h"

#include "server/settings.h"

#include <string.h>

struct parsed {
    struct arena arena;
    struct diags diags;
    struct server_settings settings;
    bool ok;
};

static void begin(struct parsed *parsed)
{
    arena_init(&parsed->arena);
    diags_init(&parsed->diags);
    server_settings_init(&parsed->settings);
}

static void parse(struct parsed *parsed, const char *text, const char *folder)
{
    const struct source source = { SLICE("matinee.conf"), slice_of(text) };
    parsed->ok = server_settings_read(&parsed->arena, &source, slice_of(folder), false,
                                      &parsed->settings, &parsed->diags);
}

/* True when the first problem holds `words`. */
static bool says(const struct diags *diags, const char *words)
{
    slice message = diags->items[0].message;
    return memmem(message.ptr, message.len, words, strlen(words)) != NULL;
}

static void end(struct parsed *parsed)
{
    diags_release(&parsed->diags);
    arena_release(&parsed->arena);
}

static void test_values(void **state)
{
    (void)state;
    struct parsed parsed;
    begin(&parsed);
    parse(&parsed,
          "# The server of two\n\nCapsule: one\ncapsule: /srv/two\nCerts: certs\n"
          "Listen: 127.0.0.1:1966, [::1]\nListen: :1970\nUser: gemini\nWorkers: 3\n"
          "Listen: unix:here.sock\nSocket-Mode: 0600\nProxy: 10.0.0.0/8, unix\n"
          "Log: requests.log\nError-Log: /var/log/messages.log\nLog-Format: JSON\n"
          "Log-Addresses: short\n",
          "/etc/matinee/");
    const struct server_settings *settings = &parsed.settings;
    assert_true(parsed.ok);
    assert_int_equal(parsed.diags.count, 0);
    assert_int_equal(settings->capsules.count, 2);
    assert_string_equal(settings->capsules.items[0], "/etc/matinee/one");
    assert_string_equal(settings->capsules.items[1], "/srv/two");
    assert_string_equal(settings->certs, "/etc/matinee/certs");
    assert_int_equal(settings->listen.count, 4);
    assert_string_equal(settings->listen.items[1], "[::1]");
    assert_string_equal(settings->listen.items[3], "unix:/etc/matinee/here.sock");
    assert_int_equal(settings->socket_mode, 0600);
    assert_int_equal(settings->proxies.count, 2);
    assert_string_equal(settings->user, "gemini");
    assert_int_equal(settings->workers, 3);
    assert_string_equal(settings->log.request_path, "/etc/matinee/requests.log");
    assert_string_equal(settings->log.message_path, "/var/log/messages.log");
    assert_int_equal(settings->log.form, LOG_JSON);
    assert_int_equal(settings->log.addresses, LOG_ADDRESSES_SHORT);

    /* Options come after the file: what they give, they give instead. */
    parse(&parsed, "Capsule: other\nWorkers: 1\nLog: none\nError-Log: stderr\n", "");
    assert_true(parsed.ok);
    assert_int_equal(settings->capsules.count, 1);
    assert_string_equal(settings->capsules.items[0], "other");
    assert_int_equal(settings->workers, 1);
    assert_true(settings->log.no_requests);
    assert_null(settings->log.request_path);
    assert_null(settings->log.message_path);
    assert_int_equal(settings->listen.count, 4);
    end(&parsed);
}

static void test_limits(void **state)
{
    (void)state;
    struct parsed parsed;
    begin(&parsed);
    const struct server_limits *limits = &parsed.settings.limits;
    assert_int_equal(limits->rate, LIMIT_ADDRESS_RATE);
    assert_int_equal(limits->unlimited.count, 3);
    parse(&parsed,
          "Rate: 0\nBurst: 7\nConnections-Per-Address: 8\nConnections: 9\n"
          "Request-Seconds: 3\nStall-Seconds: 4\nLinger-Seconds: 5\nHeld-Bytes: 0\n"
          "Unlimited: 10.0.0.0/8, 2001:db8::/32\n",
          "");
    assert_true(parsed.ok);
    assert_int_equal(limits->rate, 0);
    assert_int_equal(limits->burst, 7);
    assert_int_equal(limits->address_connections, 8);
    assert_int_equal(limits->connections, 9);
    assert_int_equal(limits->request_seconds, 3);
    assert_int_equal(limits->stall_seconds, 4);
    assert_int_equal(limits->linger_seconds, 5);
    assert_int_equal(limits->held_bytes, 0);
    assert_int_equal(limits->unlimited.count, 2);
    parse(&parsed, "Unlimited: none\n", "");
    assert_true(parsed.ok);
    assert_int_equal(limits->unlimited.count, 0);
    assert_int_equal(limits->rate, 0);
    end(&parsed);
}

static void test_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        { "Workers: many\n", "takes a number from 1 to 64" },
        { "Rate: -1\n", "takes a number from 0 to 10000" },
        { "Burst: 0\n", "takes a number from 1 to 1000000" },
        { "Connections: 60001\n", "takes a number from 1 to 60000" },
        { "Unlimited: 10.0.0.0/8, everybody\n", "expected blocks of addresses" },
        { "Workers: 0\n", "takes a number from 1 to 64" },
        { "Workers: 65\n", "takes a number from 1 to 64" },
        { "Workers: 1\nWorkers: 2\n", "the first one is on line 1" },
        { "Listen: example.org\n", "expected an address" },
        { "Listen: :1, :70000\n", "expected an address" },
        { "just words\n", "expected" },
        { "Socket-Mode: 0888\n", "expected a mode" },
        { "Socket-Mode: 1777\n", "expected a mode" },
        { "Socket-Mode: 7\n", "expected a mode" },
        { "Log-Format: combined\n", "common or json" },
        { "Log-Addresses: all\n", "none, short or full" },
        { "Error-Log: none\n", "stderr or to a file" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct parsed parsed;
        begin(&parsed);
        parse(&parsed, rows[i].text, "");
        assert_false(parsed.ok);
        assert_int_equal(parsed.diags.counts[DIAG_ERROR], 1);
        if (!says(&parsed.diags, rows[i].message)) {
            fail_msg("%s: %.*s", rows[i].text, SLICE_ARG(parsed.diags.items[0].message));
        }
        end(&parsed);
    }
}

static void test_warnings(void **state)
{
    (void)state;
    struct parsed parsed;
    begin(&parsed);
    parse(&parsed, "Listn: :1965\nUser:\n", "");
    assert_true(parsed.ok);
    assert_int_equal(parsed.diags.counts[DIAG_WARNING], 2);
    assert_true(says(&parsed.diags, "did you mean `Listen`?"));
    assert_null(parsed.settings.user);
    end(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_what_is_wrong),
        cmocka_unit_test(test_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
