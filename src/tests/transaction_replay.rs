//! msgid is the idempotency key of the transaction door; a message that comes again byte for
//! byte, headers included, is a replay.

use chs_gateway::commands::call::transaction::{Family, PATH};
use serde_json::json;

use crate::{
    harness::{Gateway, lists, submit},
    transaction_harness::Sender,
};

#[actix_web::test]
async fn a_message_is_done_once() {
    let gateway = Gateway::start().await;
    let list = lists(1, 91).remove(0);
    for (family, msgid) in [(Family::Csb, "C-1"), (Family::Tif, "T-1")] {
        let sender = Sender::new(&gateway, "hospital-a", family);
        let mut list = list.clone();
        list["setlinfo"]["setl_id"] = json!(format!("S{msgid}"));
        let message = sender.message("4101", &list, msgid);
        let first = sender.send(PATH, &message).await;
        assert_eq!(first.code, "0", "{}", first.err_msg);
        assert_eq!(
            sender.send(PATH, &message).await.code,
            "CHS-40901",
            "{family:?}"
        );
        // Sent again with fresh headers, it gets the answer of the first send.
        let mut again = message.clone();
        for _ in 0..100 {
            // CSB headers of the same millisecond would be the same.
            again = sender.message("4101", &list, msgid);
            if again.headers != message.headers {
                break;
            }
        }
        let again = sender.send(PATH, &again).await;
        assert_eq!((again.code.as_str(), &again.output), ("0", &first.output));
        assert!(again.warn_msg.contains("重复报文"), "{}", again.warn_msg);
        assert_ne!(again.body["inf_refmsgid"], first.body["inf_refmsgid"]);
        // Other data, or another transaction, under the same id.
        let mut other = list.clone();
        other["setlinfo"]["medcasno"] = json!("other");
        let reply = sender.call_as("4101", &other, msgid).await;
        assert_eq!(reply.code, "CHS-42201", "{}", reply.err_msg);
        assert!(reply.err_msg.contains("；/msgid"), "{}", reply.err_msg);
        assert_eq!(
            sender.call_as("4101A", &list, msgid).await.code,
            "CHS-42201"
        );
    }
    assert_eq!(gateway.count("settlement_lists").await, 2);
    // The ids of the two doors never meet.
    let sealed = gateway
        .call_as("hospital-a", "/reports", &submit(&list), "C-1")
        .await;
    assert_eq!(sealed.code, "0", "{}", sealed.data);
    gateway.stop().await;
}

#[actix_web::test]
async fn parallel_sends_of_one_message_make_one_list() {
    let gateway = Gateway::start().await;
    let sender = Sender::new(&gateway, "hospital-a", Family::Tif);
    let list = lists(1, 92).remove(0);
    let messages: Vec<_> = (0..16)
        .map(|_| sender.message("4101", &list, "P-1"))
        .collect();
    let sent = messages.iter().map(|message| sender.send(PATH, message));
    let replies = futures_util::future::join_all(sent).await;
    assert!(replies.iter().all(|reply| reply.code == "0"), "{replies:?}");
    assert!(
        replies
            .iter()
            .all(|reply| reply.output == replies[0].output)
    );
    let repeated = replies
        .iter()
        .filter(|reply| reply.warn_msg.contains("重复报文"));
    assert_eq!(repeated.count(), 15);
    assert_eq!(
        gateway
            .sql("SELECT revision::text FROM settlement_lists")
            .await,
        ["1"]
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn a_refused_message_may_be_mended_under_its_id() {
    let gateway = Gateway::start().await;
    let sender = Sender::new(&gateway, "hospital-a", Family::Csb);
    let mut list = lists(1, 93).remove(0);
    let setl_id = list["setlinfo"]["setl_id"].clone();
    list["setlinfo"]["setl_id"] = json!("");
    let refused = sender.call_as("4101", &list, "M-1").await;
    assert_eq!(refused.code, "CHS-42202");
    list["setlinfo"]["setl_id"] = setl_id;
    assert_eq!(sender.call_as("4101", &list, "M-1").await.code, "0");
    gateway.stop().await;
}
