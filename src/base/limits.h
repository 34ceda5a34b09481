/* limits.h: every size and number that a stranger or an author can choose, with its reason.
 * Layer: base. */
#ifndef MATINEE_BASE_LIMITS_H
#define MATINEE_BASE_LIMITS_H

/* --- the wire --------------------------------------------------------------------------------- */

/** Longest request URL in bytes, without CRLF (Gemini network protocol 0.24.1, "Requests"). */
#define LIMIT_REQUEST_URL 1024
/** Longest META in bytes (same specification, "Responses"). */
#define LIMIT_META 1024

/** Largest certificate or key file in bytes; a long chain has 20 kB. */
#define LIMIT_PEM_FILE (1024 * 1024)

/* --- source files ----------------------------------------------------------------------------- */

/** Largest source file in bytes. A long novel is 2 MB of text; more is a mistake. */
#define LIMIT_SOURCE_FILE (8u * 1024 * 1024)
/** Longest line of a source file in bytes: the longest paragraphs of real posts have 4 kB; a line
 * that is much longer is a binary or a broken export, and no client wraps it well. */
#define LIMIT_SOURCE_LINE (64u * 1024)
/** Lines of a source file: a novel has 40,000. A line costs 8 bytes of memory however short it is,
 * and some work in each of the pages that show it. */
#define LIMIT_SOURCE_LINES 250000u
/** Combining marks in a row: more are no writing (Unicode Annex 15, "Stream-Safe Text Format"), and
 * putting long runs into canonical order takes quadratic time. */
#define LIMIT_MARKS 30
/** Values of one list in a header (the cast of a long drama has 100). Neighbours in an index cost
 * the square of it. */
#define LIMIT_LIST_VALUES 256
/** Longest header value in bytes where it becomes a heading or a link label (titles, names). */
#define LIMIT_TITLE 1000
/** Longest slug in bytes. Percent-encoded it grows threefold, and /reviews/SLUG/SLUG.gmi has to
 * stay well below LIMIT_REQUEST_URL together with a host and a base path. */
#define LIMIT_SLUG 80
/** Longest part of a quote's line in bytes that goes into its id. */
#define LIMIT_QUOTE_ID 48
/** Problems reported per source file; one last line says that there are more. */
#define LIMIT_DIAGS_PER_FILE 100
/** Bytes of a source line shown above a caret. */
#define LIMIT_DIAG_EXCERPT 160
/** Source files in a capsule. */
#define LIMIT_SOURCE_FILES 200000
/** Files under static/. */
#define LIMIT_STATIC_FILES 200000
/** Depth of folders under reviews/ and static/: a loop made of links or mounts ends here. */
#define LIMIT_FOLDER_DEPTH 16

/** Paths of one kind that capsule.conf may speak of: closed, redirected, gone, in another language,
 * listed. A blog that moved has a redirect for each of its posts. */
#define LIMIT_CONF_PATHS 20000
/** Redirects with a `*`, and what is gone with one: each request is compared with all of them. */
#define LIMIT_CONF_PATTERNS 250
/** Client certificates that capsule.conf knows. */
#define LIMIT_CONF_CERTIFICATES 20000
/** Certificates of one name: the devices of a person. Each area has a copy of them. */
#define LIMIT_CONF_DEVICES 32

/** Misspelt names in links for which the nearest one is looked for, in one run: each costs a look
 * at every name there is. */
#define LIMIT_SUGGESTIONS 1000u

/** Largest saved page in HTML, in bytes: pages that hold their pictures themselves have some 10 MB.
 */
#define LIMIT_HTML_FILE (32u * 1024 * 1024)
/** Elements and runs of text of a page: long ones with all their comments have 50,000. One costs 80
 * bytes of memory. */
#define LIMIT_HTML_NODES 500000u
/** Depth of elements in each other: real pages have 50, browsers keep 512. The parser compares the
 * name in each end tag with all that are open. */
#define LIMIT_HTML_DEPTH 1000u
/** Attributes of one element: real ones have 30. The parser compares each with all before it. */
#define LIMIT_HTML_ATTRIBUTES 250u
/** Bytes that are kept of an attribute's value. */
#define LIMIT_HTML_VALUE 4096u
/** Longest data: address of an image in HTML that is kept, in bytes: the image has three quarters
 * of it. The parser takes values of 10 MB. */
#define LIMIT_HTML_DATA (8u * 1024 * 1024)
/** Bytes of an address in HTML; browsers take no longer ones. */
#define LIMIT_HTML_URL 2048u
/** Bytes at the start of a page in which its charset is declared (the HTML standard says 1,024;
 * scripts and comments come before it on some pages). */
#define LIMIT_HTML_PRESCAN 4096u

/** Largest memory of earlier imports in bytes: a line of 300 bytes a post. */
#define LIMIT_IMPORT_MEMORY (64u * 1024 * 1024)

/* --- pictures ----------------------------------------------------------------------------------
 */

/** Largest picture that is stored, in bytes: what a good camera makes has 15 MB. It is held in
 * memory, and readers of a capsule fetch it whole. */
#define LIMIT_IMAGE_FILE (32u * 1024 * 1024)
/** Pictures that are remembered: half of what may be below static/. */
#define LIMIT_IMAGES 100000u
/** Largest memory of them in bytes: a line of 300 bytes a picture, and those that others took the
 * place of since it was tidied. */
#define LIMIT_IMAGES_MEMORY (64u * 1024 * 1024)
/** Bytes of all books that a server keeps of a capsule: 10,000 long reviews have 1.2 GB, and what
 * does not fit is offered by no page. Bytes of the disk that are left to others. */
#define LIMIT_BOOKS_BYTES (4ull * 1024 * 1024 * 1024)
#define LIMIT_BOOKS_SPARE (256ull * 1024 * 1024)
/** Bytes of the catalogue of all books of a capsule: so many have 100,000 of them. */
#define LIMIT_BOOK_CATALOGUE (32u * 1024 * 1024)
/** Longest name of a picture in bytes, without its extension. */
#define LIMIT_IMAGE_NAME 80

/* --- folders and archives that are imported ----------------------------------------------------
 */

/** Files that are looked at in a folder or an archive: a blog has some 10,000 pictures, each with a
 * file beside it. One costs 150 bytes of memory. */
#define LIMIT_ARCHIVE_FILES 200000u
/** Feeds in one: Blogger gives a person 100 blogs. */
#define LIMIT_ARCHIVE_FEEDS 100
/** Bytes of the list of files in a zip archive: 120 a file. It is in memory, and takes two to five
 * times as much there. */
#define LIMIT_ARCHIVE_DIRECTORY (16u * 1024 * 1024)
/** How many times as much may come out of an archive as there is in it: feeds shrink to a
 * twentieth, and bombs to a thousandth. What is smaller than the other figure does no harm. */
#define LIMIT_ARCHIVE_RATIO 200u
#define LIMIT_ARCHIVE_FREE (64u * 1024 * 1024)
/** Largest file that says something about a picture beside it, in bytes; it has 1 kB. */
#define LIMIT_SIDE_FILE (64u * 1024)

/* --- feeds and exports -------------------------------------------------------------------------
 */

/** Largest content of one entry of a feed in bytes: the HTML of a long post has 200 kB, with its
 * pictures inside as data: URIs some MB. It is held in memory. */
#define LIMIT_ENTRY_CONTENT (16u * 1024 * 1024)
/** Longest other value of an entry in bytes: a title, an address, a summary. */
#define LIMIT_ENTRY_VALUE (64u * 1024)
/** All values of an entry but its content, in bytes; there are 30, and the labels. */
#define LIMIT_ENTRY_VALUES (4u * 1024 * 1024)
/** Labels of an entry; Blogger takes 20 a post. */
#define LIMIT_ENTRY_LABELS 1000
/** Largest answer of a blog in JSON, in bytes: 150 posts of 100 kB; and the memory for it when it
 * is taken apart, which depends on what it is made of. */
#define LIMIT_FEED_JSON (16u * 1024 * 1024)
#define LIMIT_FEED_JSON_MEMORY (40u * 1024 * 1024)
/** Longest tag, comment or the like in an XML file, in bytes: a picture as data: URI in an
 * attribute fits. The parser has to see it whole, and looks at each attribute's name as often as
 * there are attributes. */
#define LIMIT_XML_TAG (512u * 1024)
/** Elements inside of each other; the deepest real page has some 60. */
#define LIMIT_XML_DEPTH 256
/** Attributes of one element, and names of namespaces that hold at one place: each is compared with
 * the others. */
#define LIMIT_XML_ATTRIBUTES 256
#define LIMIT_XML_NAMESPACES 256

/* --- the web ------------------------------------------------------------------------------------
 */

/** Longest address that is asked for, in bytes; servers take some 8 kB, browsers show 2. */
#define LIMIT_WEB_URL 4096u
/** Redirects are followed LIMIT_REDIRECTS times. All headers of an answer, in bytes: real ones have
 * 2 kB, with a policy of what scripts may do 10. */
#define LIMIT_WEB_HEADERS (64u * 1024)
/** Longest value of a header that is kept (ETag, Last-Modified). */
#define LIMIT_WEB_HEADER_VALUE 1024u
/** Bytes of a body that is not wanted, such as the page of a 404, before the connection is closed
 * instead of kept. */
#define LIMIT_WEB_UNWANTED (64u * 1024)
/** Bytes of a robots.txt that count: 500 kB are what has to be read (RFC 9309, 2.5). */
#define LIMIT_WEB_ROBOTS (500u * 1024)
/** The longest pause between two requests that a robots.txt can ask for, in milliseconds. With it a
 * blog of 1,000 short posts takes a night. */
#define LIMIT_WEB_CRAWL_DELAY_MS 30000u
/** The longest that a server can make us wait before it is asked again, in seconds. */
#define LIMIT_WEB_WAIT_S 600
/** How often a file is asked for, and files in a row that a host fails to give before it is left
 * alone. */
#define LIMIT_WEB_TRIES 5
#define LIMIT_WEB_FAILURES 3
/** Hosts that are remembered with their robots.txt: the blog's, and those of its pictures. */
#define LIMIT_WEB_HOSTS 32

/** Entries that Blogger is asked for at once; it gives no more, whatever it is asked. */
#define LIMIT_MIRROR_ENTRIES 150
/** Bytes of one page of a feed, which waits on the disk: 150 posts with their pictures inside. */
#define LIMIT_MIRROR_FEED (256u * 1024 * 1024)
/** Pages of a feed: 300,000 posts of Blogger, 20,000 of a WordPress that gives ten at a time. */
#define LIMIT_MIRROR_PAGES 2000
/** What is remembered of a blog's feeds, in bytes: three addresses, each with two values. */
#define LIMIT_MIRROR_STATE (64u * 1024)

/* --- pages ------------------------------------------------------------------------------------ */

/** Largest rendered page in bytes: a full review of LIMIT_SOURCE_FILE, or a sitemap of 200,000
 * reviews, fits. */
#define LIMIT_PAGE (128u * 1024 * 1024)
/** The same in another form, in which a line may be several times as long as its text. */
#define LIMIT_EXPORTED_PAGE (512u * 1024 * 1024)
/** Entries of a list page (docs: "Every list has pages of 50"). */
#define LIMIT_LIST_PAGE 50
/** Entries of a feed. */
#define LIMIT_FEED 50
/** Bytes of the whole texts in an Atom feed, and of one of them; what does not fit has its summary
 * alone. Readers fetch a feed again and again, whole, as Gemini knows no other way. A long review
 * has 25 kB. */
#define LIMIT_FEED_TEXTS (512u * 1024)
#define LIMIT_FEED_TEXT (128u * 1024)
/** Reviews on the list of the best of a tag, genre or year. */
#define LIMIT_BEST 50
/** Quotes listed on a review's own page before it points to the page of all of them. */
#define LIMIT_QUOTES_SHOWN 12
/** Neighbouring values listed on the page of a tag, person, … */
#define LIMIT_NEIGHBOURS 8

/** Tags, people, genres and the like of a review that are compared with those of others; a drama
 * has 40. */
#define LIMIT_RELATED_TRAITS 128

/* --- books (gempubs) --------------------------------------------------------------------------
 */

/** Files of a book: a zip archive of more has to be of a form (zip64) that readers of gempubs do
 * not know. A capsule of 10,000 reviews has 20,000 without its indexes. */
#define LIMIT_GEMPUB_FILES 65000u
/** Bytes of text of a book, before they are packed, and of its pictures: readers have the whole
 * archive in memory, and it has to stay below the 4 GB of that form. Pictures that do not fit are
 * links to the capsule. */
#define LIMIT_GEMPUB_TEXT (1024ull * 1024 * 1024)
#define LIMIT_GEMPUB_PICTURES (256ull * 1024 * 1024)
/** Longest name of a picture in bytes: archives are unpacked into folders. */
#define LIMIT_GEMPUB_NAME 1000u
/* --- gopher ------------------------------------------------------------------------------------
 */

/** Columns of text and of labels: what Gophernicus counts on, and below the 70 of RFC 1436 (3.9).
 */
#define LIMIT_GOPHER_COLUMNS 67
/** Bytes of a line in a menu, and of the text on one. Gophernicus, Lynx and others read 1,022 at a
 * time, and take what is left over for a line of its own. */
#define LIMIT_GOPHER_LINE 1000
#define LIMIT_GOPHER_TEXT 700

/* --- search -----------------------------------------------------------------------------------
 */

/** Longest word that is searched for, in bytes; the rest of a longer one does not count. German has
 * some of 50, and 20 syllables of Korean are a sentence. */
#define LIMIT_SEARCH_TOKEN 64
/** Longest query in bytes: what fits into a request. */
#define LIMIT_SEARCH_QUERY 1024
/** Words and phrases of a query: each is a walk through the index, and people type three. */
#define LIMIT_SEARCH_TERMS 16
/** Results of a page, and those that can be paged through: nobody reads on, and each costs a place
 * in memory while the best are sought. */
#define LIMIT_SEARCH_PAGE 20
#define LIMIT_SEARCH_RESULTS 1000
/** Milliseconds of work that a query may take, and once more to look for words that are near when
 * it finds nothing: the worker answers nobody else meanwhile. In 10,000 long reviews (200 MB) most
 * take four, the beginning of a word, two letters long, 150. */
#define LIMIT_SEARCH_MS 250
/** Kilobytes of the index that a worker keeps in memory. */
#define LIMIT_SEARCH_CACHE_KB 1024
/** Bytes of a review in which the passage to be shown is sought: a page has twenty of them. Five
 * times a long review; a novel is shown by its first chapters. */
#define LIMIT_SEARCH_PASSAGE (128u * 1024)
/** Letters of the words that are looked for when somebody wrote one that is like them. Below, all
 * words are alike; above, they are what nobody types. */
#define LIMIT_SEARCH_NEAR_LEAST 3
#define LIMIT_SEARCH_NEAR_MOST 30

/* --- serving ---------------------------------------------------------------------------------- */

/** Capsules in one server: a request's host is compared with the names of each. */
#define LIMIT_CAPSULES 64
/** Addresses to listen on. */
#define LIMIT_LISTENERS 32
/** Blocks of addresses in one setting: a large CDN publishes 25. */
#define LIMIT_PREFIXES 64
/** Worker processes: more than any machine has use for. */
#define LIMIT_WORKERS 64
/** Requests a second of one address in the long run, and at once after a quiet time. A reader asks
 * once in some seconds, a client that fetches the pictures of a page ten times at once, a crawler
 * waits between pages; behind one address there may be some hundred people. A core answers 1,500.
 */
#define LIMIT_ADDRESS_RATE 10
#define LIMIT_ADDRESS_BURST 100
/** How many times as many handshakes an address may begin. Requests beyond the rate are answered
 * with status 44, which costs a handshake; beyond this, connections are closed without one. */
#define LIMIT_FAR_OVER 4
/** Connections of one address at once; beyond them it is told to slow down, and beyond twice as
 * many new ones are closed. Clients have ten. */
#define LIMIT_ADDRESS_CONNECTIONS 64
/** Who has no limits as an address: what comes from the machine itself is an onion service's or a
 * proxy's, and many people. */
#define LIMIT_UNLIMITED "127.0.0.0/8, ::1, unix"
/** Addresses that are remembered, each with 32 bytes and 2 a worker. More are active at once only
 * when somebody has a great many, who then is not stopped by limits for each. */
#define LIMIT_PEERS 32768
/** Seconds between two lines of the log about who was turned away. */
#define LIMIT_REPORT_SECONDS 60
/** Connections a worker holds at once; fewer when the descriptor limit is low. A stalled handshake
 * costs 45 kB, a reader who takes nothing 60 kB, so this is at most 250 MB, and the pages held. */
#define LIMIT_CONNECTIONS 4096
/** The most that can be set; they are counted in 16 bits. */
#define LIMIT_CONNECTIONS_MAX 60000
/** Seconds for handshake and request together: a phone on a bad network needs three. */
#define LIMIT_REQUEST_SECONDS 10
/** Seconds in which a reader has to take at least one record (16 kB, or what is left): a radio
 * link at 2,400 bits a second does. */
#define LIMIT_STALL_SECONDS 60
/** Seconds and bytes that are waited for, and thrown away, after a response was sent: closing with
 * unread bytes would take the response back from who is still reading it. */
#define LIMIT_LINGER_SECONDS 5
#define LIMIT_LINGER_BYTES (256u * 1024)
/** Bytes on the wire before a request is complete: a handshake without client certificates has 1 kB
 * to 2 kB, the rest is slack for long hello messages. */
#define LIMIT_BEFORE_REQUEST (64u * 1024)
/** Bytes of one record, and records for one reader before the others get their turn. */
#define LIMIT_SEND_CHUNK (16u * 1024)
#define LIMIT_SEND_CHUNKS 8
/** Records that go out in one system call, and are kept for a reader who does not take them. Four
 * are as fast as one is with a kernel that hands on 64 kB at a time. */
#define LIMIT_SEND_RECORDS 3
/** Bytes of rendered pages that a worker holds for slow readers; one page is always held. */
#define LIMIT_HELD_PAGES (256u * 1024 * 1024)
/** Old generations of workers that finish what they hold, and the seconds they have for it. */
#define LIMIT_DRAINING 3
#define LIMIT_DRAIN_SECONDS 600
/** Seconds to finish what is held when the server is told to end. */
#define LIMIT_STOP_SECONDS 10
/** Milliseconds that a connection has then to begin a handshake; once its first byte is there it
 * has all of these seconds. A round trip to the other side of the world takes 300; a client on a
 * busy machine, or a packet that has to be sent again, needs a second and more. */
#define LIMIT_SILENCE_MS 3000
/** Longest line of the log in bytes, so that its write into a pipe is never torn apart
 * (PIPE_BUF is 4096 on Linux, 512 at least elsewhere). */
#define LIMIT_LOG_LINE 2048
/** Longest header of a proxy in bytes (PROXY protocol): addresses have 232 bytes, the extensions
 * that proxies send (certificates' names, identifiers of connections) a few hundred. */
#define LIMIT_PROXY_HEADER 4096
/** Certificates that a server may present: each takes 20 kB in each process. */
#define LIMIT_CERTIFICATES 1024
/** All of them with their chains and keys, as PEM: the loader waits for them, and each process has
 * them. With usual chains of 6 kB there is room for as many as there may be. */
#define LIMIT_KEYRING (16u * 1024 * 1024)
/** The certificate of a client with its chain, in bytes; it has to fit into LIMIT_BEFORE_REQUEST
 * with the rest of the handshake. */
#define LIMIT_CLIENT_CHAIN (32u * 1024)

/* --- commands --------------------------------------------------------------------------------- */

/** Names under one key that each is compared with, when those that are spelt in two ways are
 * sought: a key is for names that sound nearly the same, of which real capsules have a handful. */
#define LIMIT_ALIKE_COMPARED 32
/** Largest body `matinee get` takes; it streams, so this only ends endless answers. */
#define LIMIT_GET_BODY (1024ull * 1024 * 1024)
/** Redirects it follows one after the other (the protocol's own advice to clients). */
#define LIMIT_REDIRECTS 5
/** Largest file of known hosts in bytes: some 100,000 lines. */
#define LIMIT_KNOWN_HOSTS (16u * 1024 * 1024)

#endif
