#include "import/xml_stream.h"

#include "base/limits.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that the parser gets at once. */
enum { PIECE = 16 * 1024 };

struct stream {
    const struct byte_stream *input;
    const struct xml_handler *handler;
    struct diags *diags;
    xmlParserCtxtPtr parser;
    bool stopped;
    bool failed; /* an error was added */
    bool has_root;
    unsigned depth;
    unsigned namespaces; /* that hold here */
    /* Declared by the open element at each depth. */
    unsigned short declared[LIMIT_XML_DEPTH + 1];
    bool as_it_is; /* UTF-16: a zero byte is part of a letter there */
    unsigned long controls;
    bool problem; /* what the parser says is wrong: */
    unsigned problem_line;
    char message[200];
};

static slice of_xml(const xmlChar *string)
{
    return slice_of((const char *)string);
}

static unsigned line_of(const struct stream *stream)
{
    int line = xmlSAX2GetLineNumber(stream->parser);
    return line > 0 ? (unsigned)line : 0;
}

static void stop(struct stream *stream)
{
    stream->stopped = true;
    xmlStopParser(stream->parser);
}

static void refuse(struct stream *stream, const char *format, ...) PRINTF_LIKE(2, 3);
static void refuse(struct stream *stream, const char *format, ...)
{
    char why[200];
    va_list args;
    if (stream->stopped) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    diags_add_line(stream->diags, DIAG_ERROR, stream->input->path, line_of(stream), "%s", why);
    stream->failed = true;
    stop(stream);
}

struct xml_attribute xml_attribute_at(const struct xml_element *element, size_t index)
{
    const xmlChar **at = element->raw + index * 5;
    return (struct xml_attribute){ of_xml(at[2]), of_xml(at[0]), of_xml(at[1]),
                                   slice_between((const char *)at[3], (const char *)at[4]) };
}

slice xml_attribute(const struct xml_element *element, const char *name)
{
    for (size_t i = 0; i < element->attributes; i++) {
        struct xml_attribute attribute = xml_attribute_at(element, i);
        if (attribute.space.len == 0 && slice_equal(attribute.name, slice_of(name))) {
            return attribute.value;
        }
    }
    return SLICE_EMPTY;
}

/* --- what libxml2 calls ------------------------------------------------------------------------
 */

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, UNUSED const xmlChar **declared, int attributes,
                     UNUSED int defaulted, const xmlChar **raw)
{
    struct stream *stream = context;
    if (stream->stopped) {
        return;
    }
    if (stream->depth == LIMIT_XML_DEPTH) {
        refuse(stream, "more than %d elements inside of each other", LIMIT_XML_DEPTH);
        return;
    }
    if (attributes > LIMIT_XML_ATTRIBUTES) {
        refuse(stream, "an element with more than %d attributes", LIMIT_XML_ATTRIBUTES);
        return;
    }
    if (stream->namespaces + (unsigned)namespaces > LIMIT_XML_NAMESPACES) {
        refuse(stream, "more than %d namespaces at one place", LIMIT_XML_NAMESPACES);
        return;
    }
    stream->depth++;
    stream->has_root = true;
    stream->declared[stream->depth] = (unsigned short)namespaces;
    stream->namespaces += (unsigned)namespaces;
    const struct xml_element element = {
        .space = of_xml(uri),
        .name = of_xml(name),
        .prefix = of_xml(prefix),
        .depth = stream->depth,
        .line = line_of(stream),
        .attributes = (size_t)attributes,
        .raw = raw,
    };
    if (!stream->handler->start(stream->handler->context, &element)) {
        stop(stream);
    }
}

static void on_end(void *context, const xmlChar *name, UNUSED const xmlChar *prefix,
                   UNUSED const xmlChar *uri)
{
    struct stream *stream = context;
    if (stream->stopped || stream->depth == 0) {
        return;
    }
    bool go_on = stream->handler->end(stream->handler->context, of_xml(name), stream->depth);
    stream->namespaces -= stream->declared[stream->depth];
    stream->depth--;
    if (!go_on) {
        stop(stream);
    }
}

static void on_text(void *context, const xmlChar *text, int length)
{
    struct stream *stream = context;
    const slice piece = { (const char *)text, (size_t)length };
    if (!stream->stopped && !stream->handler->text(stream->handler->context, piece)) {
        stop(stream);
    }
}

static xmlEntityPtr on_entity(UNUSED void *context, const xmlChar *name)
{
    return xmlGetPredefinedEntity(name);
}

static void on_entity_declared(void *context, UNUSED const xmlChar *name, UNUSED int type,
                               UNUSED const xmlChar *public_id, UNUSED const xmlChar *system_id,
                               UNUSED xmlChar *content)
{
    refuse(context, "it declares entities of its own, which no feed needs; it is not read");
}

/* The first thing that is wrong; others follow from it. */
static void on_problem(void *context, const xmlError *error)
{
    struct stream *stream = context;
    if (stream->problem || stream->stopped || error->level != XML_ERR_FATAL) {
        return;
    }
    slice message = slice_trim(slice_of(error->message));
    message = slice_head(message, sizeof stream->message - 1);
    stream->problem = true;
    stream->problem_line = error->line > 0 ? (unsigned)error->line : 0;
    memcpy(stream->message, message.ptr, message.len);
    stream->message[message.len] = '\0';
}

/* What has no place in a document, such as trouble with an encoding, is not told to the handler of
 * the parser but printed; it shows in the parser's state as well. */
static void on_anything_else(UNUSED void *context, UNUSED const char *format, ...)
{
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* Other bytes below 0x20 are in no XML document of an encoding that has ASCII in it. */
static void blank_controls(struct stream *stream, char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < ' ' && c != '\n' && c != '\t' && c != '\r') {
            bytes[i] = ' ';
            stream->controls++;
        }
    }
}

static bool is_utf16(const char *bytes, size_t count)
{
    slice head = { bytes, count };
    return slice_starts_with(head, SLICE("\xFF\xFE")) ||
           slice_starts_with(head, SLICE("\xFE\xFF")) || slice_starts_with(head, SLICE("<\0")) ||
           slice_starts_with(head, SLICE("\0<"));
}

/* Bytes that the parser has got and not yet read: it waits for the end of a tag. */
static size_t backlog(const struct stream *stream)
{
    const xmlParserInput *at = stream->parser->input;
    return at != NULL ? (size_t)(at->end - at->cur) : 0;
}

/* Neither has anybody ended it, nor does the parser refuse to go on. */
static bool is_going_on(const struct stream *stream)
{
    return !stream->stopped && stream->parser->wellFormed && !stream->parser->disableSAX;
}

/* Let the parser read what it has got. Of CDATA whose end it has not seen it reads 300 bytes a
 * call. */
static void catch_up(struct stream *stream)
{
    size_t left = backlog(stream);
    size_t before = left + 1;
    while (left > PIECE && left < before && is_going_on(stream)) {
        (void)xmlParseChunk(stream->parser, "", 0, 0);
        before = left;
        left = backlog(stream);
    }
    if (left > LIMIT_XML_TAG) {
        refuse(stream, "a tag, comment or the like of more than %u bytes", LIMIT_XML_TAG);
    }
}

static void parse(struct stream *stream, char *piece)
{
    bool first = true;
    bool ended = false;
    while (!ended && is_going_on(stream)) {
        ssize_t got = stream->input->read(stream->input->context, piece, PIECE);
        if (got < 0) {
            diags_add_line(stream->diags, DIAG_ERROR, stream->input->path, 0, "%s",
                           strerror(errno));
            stream->failed = true;
            return;
        }
        if (first) {
            stream->as_it_is = is_utf16(piece, (size_t)got);
            first = false;
        }
        if (!stream->as_it_is) {
            blank_controls(stream, piece, (size_t)got);
        }
        ended = got == 0;
        (void)xmlParseChunk(stream->parser, piece, (int)got, ended);
        catch_up(stream);
    }
    if (!stream->stopped && (!is_going_on(stream) || stream->depth > 0 || !stream->has_root)) {
        const char *why = ended             ? "it ends too early: a part of it is missing"
                          : stream->problem ? stream->message
                                            : "its bytes are not of the encoding that it names";
        diags_add_line(stream->diags, DIAG_ERROR, stream->input->path,
                       stream->problem ? stream->problem_line : line_of(stream),
                       "not well-formed XML: %s", why);
        stream->failed = true;
    }
}

bool xml_stream_read(const struct byte_stream *input, const struct xml_handler *handler,
                     struct diags *diags)
{
    struct stream stream = { .input = input, .handler = handler, .diags = diags };
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
        .ignorableWhitespace = on_text,
        .getEntity = on_entity,
        .entityDecl = on_entity_declared,
        /* Later versions have the error const. */
        .serror = (xmlStructuredErrorFunc)on_problem,
    };
    char *piece = malloc(PIECE);
    stream.parser = piece != NULL ? xmlCreatePushParserCtxt(&sax, &stream, NULL, 0, NULL) : NULL;
    if (stream.parser == NULL) {
        free(piece);
        diags_add_line(diags, DIAG_ERROR, input->path, 0, "out of memory");
        return false;
    }
    xmlSetGenericErrorFunc(NULL, on_anything_else);
    /* XML_PARSE_NOENT: without it an ampersand in an attribute comes as a reference. There are no
     * entities but XML's own. Not XML_PARSE_HUGE: without it all names together have a limit of
     * 10 MB. */
    (void)xmlCtxtUseOptions(stream.parser, XML_PARSE_NONET | XML_PARSE_NOENT);
    parse(&stream, piece);
    if (stream.controls > 0) {
        diags_add_line(diags, DIAG_WARNING, input->path, 0,
                       "%lu control character%s, which no XML may hold, became blanks",
                       stream.controls, stream.controls == 1 ? "" : "s");
    }
    if (stream.parser->myDoc != NULL) {
        xmlFreeDoc(stream.parser->myDoc);
    }
    xmlFreeParserCtxt(stream.parser);
    free(piece);
    return !stream.failed;
}
