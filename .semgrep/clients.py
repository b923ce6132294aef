# What each rule of clients.yml must report, and what it must not (semgrep --test).
# Nothing here is run.


def transport(session, url, body):
    # ruleid: clients-check-certificates
    session.post(url, data=body, verify=False)
    # ruleid: clients-check-certificates
    ssl._create_unverified_context()
    # ok: clients-check-certificates
    session.post(url, data=body)


def nonces():
    # ruleid: clients-draw-strong-nonces
    random.getrandbits(128)
    # ruleid: clients-draw-strong-nonces
    random.randbytes(16)
    # ok: clients-draw-strong-nonces
    secrets.token_hex(16)


def processes(text):
    # ruleid: clients-run-no-shell
    subprocess.run("openssl " + text, shell=True)
    # ruleid: clients-run-no-shell
    eval(text)
    # ruleid: clients-run-no-shell
    os.system(text)
    # ok: clients-run-no-shell
    subprocess.run(["openssl", text])
