/* Any bytes as a text: its tokens keep the promises of tokenizer.h, and those of the same bytes as
 * a query are in the text one after the other, so that every text is found by itself. */
#include "search/tokenizer.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

struct seen {
    slice text;
    size_t begin; /* of the token before */
    bool any;
    struct buf tokens; /* those that stand beside no other */
};

static bool see(void *context, const struct token *token)
{
    struct seen *seen = context;
    require(token->bytes.len > 0 && token->bytes.len <= (size_t)2 * LIMIT_SEARCH_TOKEN);
    require(utf8_find_invalid(token->bytes) == token->bytes.len);
    require(token->begin < token->end && token->end <= seen->text.len);
    require(token->begin >= seen->begin);
    require(!token->beside || seen->any);
    seen->any = true;
    if (!token->beside) {
        seen->begin = token->begin;
        buf_put(&seen->tokens, token->bytes);
        buf_putc(&seen->tokens, ' ');
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen[2] = { 0 };
    for (size_t i = 0; i < 2; i++) {
        seen[i].text = (slice){ (const char *)data, size };
        buf_init(&seen[i].tokens, 64 * size + 64);
        require(
            tokenizer_run(seen[i].text, i == 0 ? TOKENIZER_TEXT : TOKENIZER_QUERY, see, &seen[i]));
        require(!seen[i].tokens.failed);
    }
    require(slice_equal(buf_slice(&seen[0].tokens), buf_slice(&seen[1].tokens)));
    buf_release(&seen[0].tokens);
    buf_release(&seen[1].tokens);
    return 0;
}
