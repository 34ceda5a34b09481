"""What a system gets: files that are installed, manual pages, completions, units, the Debian package."""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import serving

TOP = Path(__file__).resolve().parent.parent.parent
PACKAGING = TOP / "docs/packaging"
BINARY = Path(serving.BINARY)


def needs(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} is not installed")


def run(*command, **options):
    options.setdefault("timeout", 60)
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)


def make(*arguments):
    mode = BINARY.parent.name
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environment.pop("MFLAGS", None)
    done = run("make", "-C", TOP, f"MODE={mode}", f"BUILD={BINARY.parent.parent}", *arguments,
               env=environment, timeout=500)
    assert done.returncode == 0, done.stdout
    return done.stdout


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


@functools.cache
def help_of(command):
    return run(BINARY, command, "--help").stdout


@functools.cache
def commands():
    return re.findall(r"^  ([a-z]+) ", run(BINARY, "help").stdout, re.M)


def options_of(command):
    return re.findall(r"^  (--[a-z-]+)", help_of(command), re.M)


# --- make install ---

@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    make("install", f"DESTDIR={folder}", "PREFIX=/usr")
    return folder


def test_what_is_installed(installed):
    files = [name for name in files_below(installed)
             if not name.startswith(("usr/share/doc/", "usr/share/matinee/capsule/"))]
    assert files == [
        "usr/bin/matinee",
        "usr/lib/systemd/system/matinee-mirror@.service",
        "usr/lib/systemd/system/matinee-mirror@.timer",
        "usr/lib/systemd/system/matinee.service",
        "usr/lib/systemd/system/matinee.socket",
        "usr/lib/sysusers.d/matinee.conf",
        "usr/libexec/matinee/matinee-blog",
        "usr/share/bash-completion/completions/matinee",
        "usr/share/fish/vendor_completions.d/matinee.fish",
        "usr/share/man/man1/matinee.1",
        "usr/share/man/man5/matinee-source.5",
        "usr/share/man/man5/matinee.conf.5",
        "usr/share/zsh/site-functions/_matinee",
    ]
    documents = files_below(installed / "usr/share/doc/matinee")
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "serving.md", "source-format.md",
                 "examples/matinee.conf", "examples/matinee.logrotate"):
        assert name in documents
    assert files_below(installed / "usr/share/matinee/capsule") == files_below(TOP / "capsule")
    for path in installed.rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 in (0o755, 0o644), path


def test_what_is_installed_runs(installed):
    done = run(installed / "usr/bin/matinee", "check", installed / "usr/share/matinee/capsule")
    assert done.returncode == 0 and "no problems" in done.stdout


def test_the_program_of_its_own_is_found(installed, tmp_path):
    done = run(installed / "usr/bin/matinee", "import", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: matinee import ")
    done = run(installed / "usr/bin/matinee", "mirror", "a", "b")
    assert done.returncode == 2 and done.stdout.startswith("matinee mirror: one blog at a time")
    alone = tmp_path / "matinee"
    alone.write_bytes((installed / "usr/bin/matinee").read_bytes())
    alone.chmod(0o755)
    done = run(alone, "import", "feed.atom")
    assert done.returncode == 1
    assert "`matinee import` is in the program matinee-blog, which cannot be run" in done.stdout


def test_the_server_does_not_load_what_a_blog_needs(installed):
    done = run("ldd", installed / "usr/bin/matinee")
    assert done.returncode == 0 and "libcrypto" in done.stdout
    for library in ("libcurl", "libxml2", "libjansson"):
        assert library not in done.stdout


def test_the_example_configuration(installed, tmp_path):
    conf = (PACKAGING / "matinee.conf").read_text()
    conf = conf.replace("/usr/share", f"{installed}/usr/share").replace(":1965", ":0")
    (tmp_path / "matinee.conf").write_text(conf.replace("/var/lib/matinee", str(tmp_path)))
    # The two capsules and folders that it names are not there twice.
    with serving.Server(installed / "usr/share/matinee/capsule", tmp_path / "certs", "--config",
                        tmp_path / "matinee.conf") as server:
        assert server.get("/").status == 20
    problems = run(BINARY, "serve", "--config", tmp_path / "matinee.conf", "--listen", "nonsense")
    assert "matinee.conf:" not in problems.stdout  # no key of it is wrong or unknown


def test_uninstall(tmp_path):
    for where in ("PREFIX=/usr", "PREFIX=/opt/matinee"):
        make("install", f"DESTDIR={tmp_path}", where)
        assert files_below(tmp_path)
        make("uninstall", f"DESTDIR={tmp_path}", where)
        assert files_below(tmp_path) == []


# --- manual pages ---

MANUALS = sorted((TOP / "docs/man").iterdir())


@needs("mandoc")
@pytest.mark.parametrize("page", MANUALS, ids=lambda page: page.name)
def test_mandoc_has_nothing_to_say(page):
    assert run("mandoc", "-T", "lint", "-W", "warning", page).stdout == ""


@needs("groff")
@pytest.mark.parametrize("page", MANUALS, ids=lambda page: page.name)
def test_groff_has_nothing_to_say(page):
    done = subprocess.run(["groff", "-mdoc", "-ww", "-Tutf8", page], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == 0 and done.stderr == ""


def test_every_option_is_in_the_manual():
    manual = (TOP / "docs/man/matinee.1").read_text()
    for command in commands():
        assert re.search(rf"^\.It Cm {command}$", manual, re.M), command
        for option in options_of(command):
            assert f"Fl {option[1:]}" in manual or option == "--help", f"{command} {option}"


def keys_in(source):
    """The keys of a table of settings."""
    return re.findall(r'^    \{ "([A-Z][A-Za-z-]+)"', (TOP / source).read_text(), re.M)


def test_every_setting_is_in_the_manual():
    pages = {page.name: page.read_text() for page in MANUALS}
    server = keys_in("src/server/settings.c")
    capsule = keys_in("src/source/conf.c")
    assert "Capsule" in server and "Title" in capsule
    for key in server:
        assert f".It Ic {key} " in pages["matinee.conf.5"], key
    for key in capsule:
        assert any(re.search(rf"^\.It Ic {key}( |$)", pages[name], re.M)
                   for name in ("matinee.conf.5", "matinee-source.5")), key


# --- completions ---

def complete(words):
    """What bash offers for the last of `words`."""
    script = (f". {PACKAGING}/completions/matinee.bash\n"
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _matinee; printf "%s\\n" "${COMPREPLY[@]}"')
    done = run("bash", "-c", script, "bash", BINARY, *words, cwd=TOP)
    assert done.returncode == 0
    return sorted(done.stdout.split())


@needs("bash")
def test_bash_completes_commands_and_options():
    assert complete([""]) == sorted([*commands(), "--help", "--version"])
    assert complete(["c"]) == ["cert", "check"]
    for command in commands():
        assert complete([command, "--"]) == sorted(options_of(command))
        assert len(options_of(command)) == len(re.findall(r"^  --", help_of(command), re.M))


@needs("bash")
@pytest.mark.parametrize("words, offers", [
    (["serve", "caps"], ["capsule"]),
    (["serve", "--certs", "ce"], ["certs"]),
    (["serve", "--config", "LIC"], ["LICENSE"]),
    (["serve", "--workers", ""], []),
    (["serve", "LIC"], []),
    (["import", "LIC"], ["LICENSE"]),
    (["import", "--into", "LIC"], []),
    (["cert", "mak"], ["make"]),
    (["cert", ""], ["fingerprint", "list", "make", "renew"]),
    (["get", "c"], []),
    (["mirror", "--into", "caps"], ["capsule"]),
    (["mirror", "--every", ""], []),
    (["mirror", "c"], []),
    (["nothing", ""], []),
    (["build", "docs/man", "--ou"], ["--output"]),
])
def test_bash_completes_arguments(words, offers):
    assert complete(words) == offers


ZSH = """
_describe() { print -rl -- ${(P)2} }
_files() { print "files $*" }
compadd() { shift; print -rl -- $* }
words=("$@"); CURRENT=$#; PREFIX=${words[-1]}
autoload -Uz $0/_matinee; _matinee
"""


@needs("zsh")
def test_zsh_completes():
    def offers(*words):
        done = run("zsh", "-f", "-c", ZSH, PACKAGING / "completions", BINARY, *words)
        assert done.returncode == 0
        return done.stdout.split("\n")[:-1]

    assert {offer.split(":")[0] for offer in offers("")} == {*commands(), "--help", "--version"}
    for command in commands():
        assert [offer.split(":")[0] for offer in offers(command, "--")] == options_of(command)
    assert offers("serve", "--certs", "") == offers("check", "") == ["files -/"]
    assert offers("serve", "--config", "") == offers("import", "") == ["files "]
    assert offers("cert", "") == ["list", "make", "renew", "fingerprint"]
    assert offers("serve", "--workers", "") == offers("get", "") == []


@needs("fish")
def test_fish_completes(tmp_path):
    (tmp_path / "matinee").symlink_to(BINARY)

    def offers(line):
        done = run("fish", "-c", f"source {PACKAGING}/completions/matinee.fish; complete -C '{line}'",
                   cwd=TOP, env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)})
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]

    assert offers("matinee ") == sorted(commands())
    for command in commands():
        assert offers(f"matinee {command} --") == sorted(options_of(command))
    assert offers("matinee serve --certs ce") == ["certs/"]
    assert offers("matinee import LIC") == ["LICENSE"]
    assert offers("matinee cert ren") == ["renew"]
    assert offers("matinee serve --workers ") == []


# --- systemd ---

@needs("systemd-analyze")
def test_units(tmp_path):
    make("install", f"PREFIX={tmp_path}/usr")
    units = tmp_path / "usr/lib/systemd/system"
    for unit in ("matinee.service", "matinee.socket", "matinee-mirror@.service",
                 "matinee-mirror@.timer"):
        done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", units / unit)
        assert done.returncode == 0 and "matinee" not in done.stdout, done.stdout
    # The exposure of a service without any protection is 9.6; 2.0 is the most these may have.
    for unit in ("matinee.service", "matinee-mirror@.service"):
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", units / unit)
        assert done.returncode == 0, done.stdout


# --- the Debian package ---

def test_build_dependencies_are_those_of_the_build():
    [run_packages] = re.findall(r"^run='(.*)'", (TOP / ".ci/packages").read_text(), re.M)
    control = (PACKAGING / "debian/control").read_text()
    build_depends = control[control.index("Build-Depends:"):control.index("Standards-Version:")]
    for package in set(run_packages.split()) - {"gcc", "make", "pkg-config", "libc6-dev", "tzdata",
                                             "ca-certificates"}:
        assert f" {package},\n" in build_depends, package


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if BINARY.parent.name != "release":
        pytest.skip("the package is built from the release mode alone")
    if not shutil.which("dh") or not shutil.which("dpkg-buildpackage"):
        pytest.skip("debhelper is not installed")
    folder = tmp_path_factory.mktemp("deb")
    make("deb", f"BUILD={folder}")
    [path] = folder.glob("matinee_*.deb")
    return path


def test_contents_of_the_package(package, tmp_path):
    assert run("dpkg-deb", "-R", package, tmp_path).returncode == 0
    files = files_below(tmp_path)
    for name in ("usr/bin/matinee", "usr/libexec/matinee/matinee-blog", "etc/matinee/matinee.conf", "etc/logrotate.d/matinee",
                 "usr/lib/sysusers.d/matinee.conf", "usr/share/doc/matinee/copyright",
                 "usr/share/man/man5/matinee.conf.5.gz", "usr/share/matinee/capsule/capsule.conf",
                 "usr/share/bash-completion/completions/matinee"):
        assert name in files
    [unit] = [name for name in files if name.endswith("lib/systemd/system/matinee.service")]
    assert "\nExecStart=/usr/bin/matinee serve --config /etc/matinee/matinee.conf\n" in (
        tmp_path / unit).read_text()
    assert "@" not in re.sub(r"SystemCallFilter=.*", "", (tmp_path / unit).read_text())
    [mirror] = [name for name in files if name.endswith("lib/systemd/system/matinee-mirror@.service")]
    assert "\nExecStart=/usr/bin/matinee mirror --into %f\n" in (tmp_path / mirror).read_text()
    assert mirror.replace(".service", ".timer") in files
    conffiles = (tmp_path / "DEBIAN/conffiles").read_text().split()
    assert sorted(conffiles) == ["/etc/logrotate.d/matinee", "/etc/matinee/matinee.conf"]
    version = run(BINARY, "--version").stdout.split()[1]
    assert run("dpkg-deb", "-f", package, "Version").stdout.strip() == version
    for script in ("preinst", "postinst", "prerm", "postrm"):
        path = tmp_path / "DEBIAN" / script
        if path.exists():
            assert run("sh", "-n", path).returncode == 0


@needs("lintian")
def test_lintian(package):
    done = run("lintian", "--fail-on", "error,warning", "--suppress-tags", "bogus-mail-host", package)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
@needs("systemd-sysusers")
def test_installing_and_purging(package, tmp_path):
    """Into a root of its own, in which nothing else is installed; tests/long has a whole system."""
    for folder in ("info", "updates", "triggers"):
        (tmp_path / "var/lib/dpkg" / folder).mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text("")
    (tmp_path / "etc").mkdir()
    before = files_below(tmp_path)
    dpkg = ("dpkg", f"--root={tmp_path}", "--force-depends", "--force-script-chrootless",
            f"--log={tmp_path}/dpkg.log")

    done = run(*dpkg, "--install", package)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "etc/matinee/matinee.conf").exists()
    assert "matinee:" in (tmp_path / "etc/passwd").read_text()
    for folder in ("lib", "log"):
        (tmp_path / f"var/{folder}/matinee").mkdir(parents=True)
        (tmp_path / f"var/{folder}/matinee/file").write_text("")

    assert run(*dpkg, "--remove", "matinee").returncode == 0
    assert (tmp_path / "etc/matinee/matinee.conf").exists()
    assert (tmp_path / "var/lib/matinee/file").exists()

    assert run(*dpkg, "--purge", "matinee").returncode == 0
    left = [name for name in set(files_below(tmp_path)) - set(before)
            if not name.startswith(("var/lib/dpkg/", "dpkg.log"))]
    accounts = {f"etc/{name}{old}" for name in ("passwd", "group", "shadow", "gshadow", ".pwd.lock")
                for old in ("", "-")}
    assert set(left) <= accounts, left
