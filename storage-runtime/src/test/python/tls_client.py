"""A stock client over TLS, and the certificates for it.

    tls_client.py certificates DIR      an authority in DIR/ca, a server's Secret in DIR/server, a client's in DIR/client
    tls_client.py visit PORT CA [CERT]  raises root["visits"]; prints it, or the class of the error
    tls_client.py stay PORT CA          the same for each line of the input, on one connection
"""

import pathlib
import ssl
import sys

HOST = "localhost"


def certificates(directory):
    import trustme

    authority = trustme.CA()
    for name, subject in ("server", HOST), ("client", "visitor@example.com"):
        secret = directory / name
        secret.mkdir(parents=True)
        issued = authority.issue_cert(subject)
        (secret / "tls.key").write_bytes(issued.private_key_pem.bytes())
        (secret / "tls.crt").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    (directory / "ca").mkdir()
    (directory / "ca" / "ca.crt").write_bytes(authority.cert_pem.bytes())


def connect(port, authority, certificate=None):
    import ZEO

    context = ssl.create_default_context(cafile=str(authority / "ca.crt"))
    if certificate:
        context.load_cert_chain(certificate / "tls.crt", certificate / "tls.key")
    return ZEO.DB((HOST, port), ssl=context, ssl_server_hostname=HOST, wait_timeout=5)


def visit(db):
    with db.transaction() as connection:
        root = connection.root()
        root["visits"] = root.get("visits", 0) + 1
        return root["visits"]


def main(what, *args):
    if what == "certificates":
        certificates(pathlib.Path(args[0]))
        return
    try:
        db = connect(int(args[0]), *map(pathlib.Path, args[1:]))
    except Exception as e:
        print(type(e).__name__)
        return
    print(visit(db), flush=True)
    if what == "stay":
        for _ in sys.stdin:
            print(visit(db), flush=True)
    db.close()


main(*sys.argv[1:])
