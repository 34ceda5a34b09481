"""A small blog, as the ways in which blogs are handed out write it. All of it is invented.

A post is a dict: n (its number), title, html, published, and what it has besides: updated, labels,
draft, page, status, path, comments (a list of dicts: n, author, published, html, answers, status).
"""

from xml.sax.saxutils import escape

BLOG = "tag:blogger.com,1999:blog-42"
ADDRESS = "https://attic.example"

POSTS = [
    {"n": 1, "title": "The Attic (1998)", "published": "2024-03-02T20:00:00.001+09:00",
     "updated": "2024-03-09T08:00:00.000+09:00", "path": "/2024/03/the-attic.html",
     "labels": ["Courtroom", "Night, later"],
     "html": "<p>A house, a stair, <b>one</b> window.</p><h2>The Story</h2>"
             "<p>She counts the steps, and so did <a href='https://attic.example/2024/04/the-cellar.html'>"
             "her sister</a>. See <a href='/p/about.html'>the page</a>, "
             "<a href='http://attic.example/2024/05/never.html'>another post</a>, and "
             "<a href='https://elsewhere.example/2024/04/cellar-door.html'>a door</a>.</p>",
     "comments": [
         {"n": 101, "author": "Ann", "published": "2024-03-03T10:00:00.000+09:00",
          "html": "The window<br>is the whole film."},
         {"n": 102, "author": "Bob", "published": "2024-03-04T10:00:00.000+09:00", "answers": 101,
          "html": "And the stair!"},
         {"n": 103, "author": "Pills", "published": "2024-03-05T10:00:00.000+09:00",
          "status": "SPAM_COMMENT", "html": "Cheap pills."},
     ]},
    {"n": 2, "title": "The Cellar", "published": "2024-04-06T20:00:00.000+09:00",
     "updated": "2024-04-06T20:00:00.000+09:00", "path": "/2024/04/the-cellar.html",
     "html": "<p>Down there it is dark. "
             "<a href='http://www.attic.example/2024/03/the-attic.html?m=1'>Up there</a> it is not.</p>"},
    {"n": 3, "title": "The Attic", "published": "2024-05-04T20:00:00.000+09:00",
     "updated": "2024-05-04T20:00:00.000+09:00", "path": "/2024/05/the-attic.html",
     "html": "<p>A second look at the same house.</p>"},
    {"n": 4, "title": "Not done yet", "published": "2024-05-05T20:00:00.000+09:00",
     "updated": "2024-05-05T20:00:00.000+09:00", "draft": True,
     "html": "<p>A thought, half of it.</p>"},
    {"n": 5, "title": "About", "published": "2024-01-01T12:00:00.000+09:00", "page": True,
     "updated": "2024-01-01T12:00:00.000+09:00", "path": "/p/about.html",
     "html": "<h3>Who</h3><p>Somebody who goes upstairs.</p>"},
]


def _content(post):
    return f"<content type='html'>{escape(post['html'])}</content>"


def _labels(post, scheme):
    return "".join(f"<category scheme='{scheme}' term='{escape(label)}'/>"
                   for label in post.get("labels", []))


def _dates(post):
    return (f"<published>{post['published']}</published>"
            f"<updated>{post.get('updated', post['published'])}</updated>")


def _name(post):
    return "page" if post.get("page") else "post"


def takeout(posts=None):
    """Blogger's Takeout, Blogs/NAME/feed.atom: no address but a path, dates with an offset here."""
    out = ["<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
           "xmlns:blogger='http://schemas.google.com/blogger/2018'>"
           f"<id>{BLOG}</id><title>Attic</title>"]
    for post in POSTS if posts is None else posts:
        kind = "PAGE" if post.get("page") else "POST"
        status = post.get("status") or ("DRAFT" if post.get("draft") else "LIVE")
        path = f"<blogger:filename>{post['path']}</blogger:filename>" if "path" in post else ""
        out.append(f"<entry><id>{BLOG}.{_name(post)}-{post['n']}</id><blogger:type>{kind}</blogger:type>"
                   f"<blogger:status>{status}</blogger:status><author><name>Kim</name>"
                   "<blogger:type>BLOGGER</blogger:type></author>"
                   f"<title>{escape(post['title'])}</title>{_content(post)}{_dates(post)}{path}"
                   + _labels(post, BLOG) + "</entry>")
        for comment in post.get("comments", []):
            answers = (f"<blogger:inReplyTo>{BLOG}.post-{comment['answers']}</blogger:inReplyTo>"
                       if "answers" in comment else "")
            out.append(f"<entry><id>{BLOG}.post-{comment['n']}</id><blogger:type>COMMENT</blogger:type>"
                       f"<blogger:status>{comment.get('status', 'LIVE')}</blogger:status>"
                       f"<blogger:parent>{BLOG}.post-{post['n']}</blogger:parent>{answers}"
                       f"<author><name>{comment['author']}</name></author>"
                       f"<title>{escape(comment['html'][:10])}</title>{_content(comment)}{_dates(comment)}</entry>")
    return "\n".join(out) + "</feed>"


def export(posts=None):
    """Blogger's old export: kind categories, settings first."""
    kind = "<category scheme='http://schemas.google.com/g/2005#kind' " \
           "term='http://schemas.google.com/blogger/2008/kind#%s'/>"
    out = ["<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
           "xmlns:thr='http://purl.org/syndication/thread/1.0'>"
           f"<id>{BLOG}.archive</id><title>Attic</title>"
           f"<entry><id>{BLOG}.settings.BLOG_TIME_ZONE</id>{kind % 'settings'}"
           "<content type='text'>Asia/Seoul</content></entry>"]
    for post in POSTS if posts is None else posts:
        draft = ("<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft>"
                 "</app:control>" if post.get("draft") else "")
        link = (f"<link rel='alternate' type='text/html' href='{ADDRESS}{post['path']}'/>"
                if "path" in post else "")
        out.append(f"<entry><id>{BLOG}.{_name(post)}-{post['n']}</id>{_dates(post)}{draft}"
                   + _labels(post, "http://www.blogger.com/atom/ns#") + kind % _name(post)
                   + f"<title>{escape(post['title'])}</title>{_content(post)}{link}"
                   "<author><name>Kim</name></author></entry>")
        for comment in post.get("comments", []):
            if comment.get("status", "LIVE") == "LIVE":
                related = (f"<link rel='related' href='https://www.blogger.com/feeds/42/{post['n']}/"
                           f"comments/default/{comment['answers']}'/>" if "answers" in comment else "")
                out.append(f"<entry><id>{BLOG}.post-{comment['n']}</id>{_dates(comment)}"
                           + kind % "comment" + f"<title>x</title>{_content(comment)}{related}"
                           f"<author><name>{comment['author']}</name></author>"
                           f"<thr:in-reply-to ref='{BLOG}.post-{post['n']}'/></entry>")
    return "\n".join(out) + "</feed>"


def live(posts=None):
    """The live feed: posts that are live, and nothing else."""
    shown = [post for post in (POSTS if posts is None else posts)
             if not post.get("draft") and not post.get("page")]
    out = ["<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
           "xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'>"
           f"<id>{BLOG}</id><title>Attic</title><link rel='alternate' href='{ADDRESS}/'/>"
           f"<openSearch:totalResults>{len(shown)}</openSearch:totalResults>"
           "<openSearch:startIndex>1</openSearch:startIndex>"
           "<openSearch:itemsPerPage>150</openSearch:itemsPerPage>"]
    for post in shown:
        out.append(f"<entry><id>{BLOG}.post-{post['n']}</id>{_dates(post)}"
                   + _labels(post, "http://www.blogger.com/atom/ns#")
                   + f"<title>{escape(post['title'])}</title>{_content(post)}"
                   f"<link rel='alternate' href='{ADDRESS}{post['path']}'/>"
                   "<author><name>Kim</name></author></entry>")
    return "\n".join(out) + "</feed>"


def rss(posts=None):
    """RSS 2.0 with the whole text."""
    out = ["<?xml version='1.0'?><rss version='2.0' "
           "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
           f"<title>Attic</title><link>{ADDRESS}/</link>"]
    for post in POSTS if posts is None else posts:
        if not post.get("draft") and not post.get("page"):
            out.append(f"<item><title>{escape(post['title'])}</title><link>{ADDRESS}{post['path']}</link>"
                       f"<guid>{ADDRESS}{post['path']}</guid><pubDate>Sat, 02 Mar 2024 11:00:00 GMT</pubDate>"
                       f"<content:encoded><![CDATA[{post['html']}]]></content:encoded></item>")
    return "\n".join(out) + "</channel></rss>"


def wxr(posts=None):
    """WordPress's export: a guid that is no address, comments in front of nothing, typed HTML."""
    out = ["<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' "
           "xmlns:content='http://purl.org/rss/1.0/modules/content/' "
           "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:wp='http://wordpress.org/export/1.2/'>"
           f"<channel><title>Attic</title><link>{ADDRESS}</link><wp:wxr_version>1.2</wp:wxr_version>"]
    for post in POSTS if posts is None else posts:
        status = post.get("status") or ("draft" if post.get("draft") else "publish")
        labels = "".join(f"<category domain='post_tag' nicename='x'>{escape(label)}</category>"
                         for label in post.get("labels", []))
        comments = "".join(
            f"<wp:comment><wp:comment_id>{comment['n']}</wp:comment_id>"
            f"<wp:comment_author>{comment['author']}</wp:comment_author>"
            f"<wp:comment_date_gmt>2024-03-03 01:00:00</wp:comment_date_gmt>"
            f"<wp:comment_content><![CDATA[{comment['html']}]]></wp:comment_content>"
            f"<wp:comment_approved>{0 if 'status' in comment else 1}</wp:comment_approved>"
            f"<wp:comment_parent>{comment.get('answers', 0)}</wp:comment_parent></wp:comment>"
            for comment in post.get("comments", []))
        link = f"{ADDRESS}{post['path']}" if "path" in post else f"{ADDRESS}/?p={post['n']}"
        out.append(f"<item><title>{escape(post['title'])}</title><link>{link}</link>"
                   f"<guid isPermaLink='false'>{ADDRESS}/?p={post['n']}</guid><dc:creator>Kim</dc:creator>"
                   f"<content:encoded><![CDATA[{post['html']}]]></content:encoded>{labels}{comments}"
                   f"<wp:post_id>{post['n']}</wp:post_id><wp:status>{status}</wp:status>"
                   "<wp:post_date>2024-03-02 20:00:00</wp:post_date>"
                   "<wp:post_date_gmt>2024-03-02 11:00:00</wp:post_date_gmt>"
                   f"<wp:post_type>{'page' if post.get('page') else 'post'}</wp:post_type></item>")
    return "\n".join(out) + "</channel></rss>"
