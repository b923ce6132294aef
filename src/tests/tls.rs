//! TLS: of the gateway's own door, with and without client certificates, and to the
//! database.

use std::{path::Path, sync::Arc, time::Duration};

use chs_gateway::{commands::call::http, config::Config, keys::SecretSource, store::Store, tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, UnixStream},
};
use tokio_rustls::TlsAcceptor;

use crate::harness::Gateway;

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca() -> Ca {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key for a name, PEM.
fn issued(ca: &Ca, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, ca).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// What the gateway is told of its own certificate.
fn server(folder: &Path, ca: &Ca, name: &str, client_ca: Option<&Ca>) -> tls::Tls {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (certificate, key) = issued(ca, name);
    tls::Tls {
        certificate: file("server.pem", &certificate),
        private_key: SecretSource::File(file("server.key", &key)),
        client_ca: client_ca.map(|ca| file("clients.pem", &ca.pem())),
    }
}

#[actix_web::test]
async fn the_door_speaks_tls_and_asks_for_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (ca(), ca());
    let tls = server(folder.path(), &ours, "127.0.0.1", Some(&theirs));
    let gateway = Gateway::start_with(|config: &mut Config| config.tls = Some(tls)).await;
    assert!(gateway.url.starts_with("https://127.0.0.1:"));
    // Installs the provider that the clients below use.
    drop(http().unwrap());
    let root = reqwest::Certificate::from_pem(ours.pem().as_bytes()).unwrap();
    let client = |identity: Option<&Ca>| {
        let builder = reqwest::Client::builder()
            .tls_certs_only([root.clone()])
            .timeout(Duration::from_secs(5));
        let builder = match identity {
            None => builder,
            Some(ca) => {
                let (certificate, key) = issued(ca, "hospital.test");
                let pem = format!("{certificate}{key}");
                builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap())
            }
        };
        builder.build().unwrap()
    };
    let healthz = format!("{}/healthz", gateway.url);
    let answer = client(Some(&theirs)).get(&healthz).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let secure = &answer.headers()["strict-transport-security"];
    assert!(secure.to_str().unwrap().starts_with("max-age="));
    for identity in [None, Some(&ours)] {
        client(identity).get(&healthz).send().await.unwrap_err();
    }
    gateway.stop().await;
}

/// Ends TLS in front of the database's socket, as PostgreSQL itself does it: the client
/// asks with eight bytes, the server says `S`.
async fn tls_in_front(listener: TcpListener, socket: std::path::PathBuf, acceptor: TlsAcceptor) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (socket, acceptor) = (socket.clone(), acceptor.clone());
        tokio::spawn(async move {
            let mut asked = [0; 8];
            client.read_exact(&mut asked).await.unwrap();
            assert_eq!(asked, [0, 0, 0, 8, 4, 210, 22, 47]);
            client.write_all(b"S").await.unwrap();
            // A client that does not believe the certificate leaves here.
            if let Ok(mut client) = acceptor.accept(client).await {
                let mut server = UnixStream::connect(socket).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

#[actix_web::test]
async fn a_database_over_tls_must_show_a_certificate_of_its_ca() {
    let gateway = Gateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (ca(), ca());
    let tls = server(folder.path(), &ours, "localhost", None)
        .server()
        .unwrap();
    let database = gateway.database_config();
    let tokio_postgres::config::Host::Unix(run) = &database.get_hosts()[0] else {
        panic!("the private database listens on a socket");
    };
    let port = database.get_ports().first().copied().unwrap_or(5432);
    let socket = run.join(format!(".s.PGSQL.{port}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = tokio::spawn(tls_in_front(
        listener,
        socket,
        TlsAcceptor::from(Arc::new(tls)),
    ));

    let url = format!(
        "host=localhost hostaddr={} port={} user={} dbname={} sslmode=require",
        address.ip(),
        address.port(),
        database.get_user().unwrap(),
        database.get_dbname().unwrap()
    );
    let reached = async |ca: &Ca| {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, ca.pem()).unwrap();
        let store = Store::open(url.parse().unwrap(), Some(&file), 1, Duration::from_secs(5));
        store.unwrap().callers().await.map(|callers| callers.len())
    };
    assert!(reached(&ours).await.unwrap() > 0);
    let refused = reached(&theirs).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be reached"), "{refused}");
    proxy.abort();
    gateway.stop().await;
}
