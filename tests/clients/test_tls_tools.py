"""The TLS programs that everybody has: openssl s_client and gnutls-cli."""

import shutil
import subprocess

import pytest


def run(command, text):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    # Standard input stays open: both programs leave when their input ends, answer or not.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(text)
    process.stdin.flush()
    try:
        output = process.stdout.read()
        process.wait(timeout=20)
    finally:
        process.kill()
    return output, process.returncode


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl(sample_server, version):
    output, code = run(
        ["openssl", "s_client", "-quiet", version, "-servername", "localhost", "-connect",
         f"127.0.0.1:{sample_server.port}"],
        sample_server.url("/").encode() + b"\r\n")
    assert output.startswith(b"20 text/gemini; lang=en\r\n# The Second Screening\n")
    assert output.endswith(b"Served by matinee.\n")
    assert code == 0


def test_openssl_refuses_old_versions(sample_server):
    output, code = run(
        ["openssl", "s_client", "-quiet", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-connect",
         f"127.0.0.1:{sample_server.port}"], b"\r\n")
    assert output == b""
    assert code != 0


@pytest.mark.parametrize("priority", ["NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                                      "NORMAL:-GROUP-ALL:+GROUP-SECP256R1"])
def test_gnutls(sample_server, priority):
    output, code = run(
        ["gnutls-cli", "--insecure", "--logfile=/dev/null", "--priority", priority, "--port",
         str(sample_server.port), "127.0.0.1"],
        sample_server.url("/reviews/").encode() + b"\r\n")
    assert b"20 text/gemini; lang=en\r\n# " in output
    # Had the server left without close_notify, it would end with an error.
    assert code == 0


def test_openssl_knows_the_certificate(sample_server, tmp_path):
    certificate = sample_server.certs / "localhost.crt"
    shown = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-text"], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    assert "DNS:localhost" in shown
    assert "prime256v1" in shown
    key = sample_server.certs / "localhost.key"
    assert key.stat().st_mode & 0o777 == 0o600
    verified = subprocess.run(["openssl", "verify", "-CAfile", certificate, certificate], check=False,
                              stdout=subprocess.PIPE, text=True)
    assert verified.returncode == 0, verified.stdout
