#include "export/image_size.h"

static unsigned byte_at(slice s, size_t at)
{
    return (unsigned char)s.ptr[at];
}

/* Numbers of two bytes, the greater one first, or last. */
static unsigned big(slice s, size_t at)
{
    return byte_at(s, at) << 8 | byte_at(s, at + 1);
}

static unsigned little(slice s, size_t at)
{
    return byte_at(s, at + 1) << 8 | byte_at(s, at);
}

/* PNG (ISO 15948), 11.2.2: IHDR is the first chunk. Four bytes each, but nobody has such pictures.
 */
static bool read_png(slice head, unsigned *width, unsigned *height)
{
    if (head.len < 24 || !slice_starts_with(head, SLICE("\x89PNG\r\n\x1a\n")) ||
        big(head, 16) != 0 || big(head, 20) != 0) {
        return false;
    }
    *width = big(head, 18);
    *height = big(head, 22);
    return true;
}

/* GIF89a, 18: the logical screen. */
static bool read_gif(slice head, unsigned *width, unsigned *height)
{
    if (head.len < 10 || !slice_starts_with(head, SLICE("GIF8"))) {
        return false;
    }
    *width = little(head, 6);
    *height = little(head, 8);
    return true;
}

/* A marker that starts a frame (ITU-T T.81, table B.1): SOF0 to SOF15, which three others are
 * among. */
static bool is_frame(unsigned marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* JPEG (ITU-T T.81, B.1.1.4): segments with their lengths, until the one of the frame. */
static bool read_jpeg(slice head, unsigned *width, unsigned *height)
{
    size_t at = 2;
    if (!slice_starts_with(head, SLICE("\xFF\xD8"))) {
        return false;
    }
    while (at + 4 <= head.len && byte_at(head, at) == 0xFF) {
        unsigned marker = byte_at(head, at + 1);
        if (marker == 0xFF) { /* one that fills */
            at++;
            continue;
        }
        size_t length = big(head, at + 2);
        if (is_frame(marker)) {
            if (at + 9 > head.len) {
                return false;
            }
            *height = big(head, at + 5);
            *width = big(head, at + 7);
            return true;
        }
        at += 2 + (length < 2 ? 2 : length);
    }
    return false;
}

/* WebP (RFC 9649, 2.5 to 2.7): its three kinds of first chunks. */
static bool read_webp(slice head, unsigned *width, unsigned *height)
{
    if (head.len < 30 || !slice_starts_with(head, SLICE("RIFF")) ||
        !slice_starts_with(slice_from(head, 8), SLICE("WEBPVP8"))) {
        return false;
    }
    switch (head.ptr[15]) {
    case ' ':
        *width = little(head, 26) & 0x3FFF;
        *height = little(head, 28) & 0x3FFF;
        return true;
    case 'L':
        *width = 1 + (little(head, 21) & 0x3FFF);
        *height = 1 + (little(head, 22) >> 6 | (byte_at(head, 24) & 0x0F) << 10);
        return true;
    case 'X':
        *width = 1 + (little(head, 24) | byte_at(head, 26) << 16);
        *height = 1 + (little(head, 27) | byte_at(head, 29) << 16);
        return true;
    default:
        return false;
    }
}

bool image_size(slice head, unsigned *width, unsigned *height)
{
    *width = 0;
    *height = 0;
    return (read_png(head, width, height) || read_gif(head, width, height) ||
            read_jpeg(head, width, height) || read_webp(head, width, height)) &&
           *width > 0 && *height > 0;
}
