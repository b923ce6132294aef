//! The eight nodes of a settlement list.

use std::fmt;

use crate::field::Field;
use crate::fields;

/// A node of the 4101 input object: a direct child of `input`.
///
/// Source: NHSA interface specification for designated institutions, transaction
/// 4101 (and 4101A); `iteminfo` stands in the 2021 layout only, `bldinfo` in the
/// newer ones only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// 基本信息、诊疗信息与结算信息: one object.
    Setlinfo,
    /// 基金支付信息: rows.
    Payinfo,
    /// 门诊慢特病诊断信息: rows.
    Opspdiseinfo,
    /// 住院诊断信息: rows.
    Diseinfo,
    /// 收费项目信息: rows.
    Iteminfo,
    /// 手术操作信息: rows.
    Oprninfo,
    /// 重症监护信息: rows.
    Icuinfo,
    /// 输血信息: rows.
    Bldinfo,
}

impl Node {
    /// All nodes in the order of the official form.
    pub const ALL: [Node; 8] = [
        Node::Setlinfo,
        Node::Payinfo,
        Node::Opspdiseinfo,
        Node::Diseinfo,
        Node::Iteminfo,
        Node::Oprninfo,
        Node::Icuinfo,
        Node::Bldinfo,
    ];

    /// The member name in the message, for example `setlinfo`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Node::Setlinfo => "setlinfo",
            Node::Payinfo => "payinfo",
            Node::Opspdiseinfo => "opspdiseinfo",
            Node::Diseinfo => "diseinfo",
            Node::Iteminfo => "iteminfo",
            Node::Oprninfo => "oprninfo",
            Node::Icuinfo => "icuinfo",
            Node::Bldinfo => "bldinfo",
        }
    }

    /// The node of that member name; names are lower case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Node> {
        Node::ALL.into_iter().find(|node| node.name() == name)
    }

    /// The fields of the node, in the order of the provincial layout, then the others.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Node::Setlinfo => fields::setlinfo::ALL,
            Node::Payinfo => fields::payinfo::ALL,
            Node::Opspdiseinfo => fields::opspdiseinfo::ALL,
            Node::Diseinfo => fields::diseinfo::ALL,
            Node::Iteminfo => fields::iteminfo::ALL,
            Node::Oprninfo => fields::oprninfo::ALL,
            Node::Icuinfo => fields::icuinfo::ALL,
            Node::Bldinfo => fields::bldinfo::ALL,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Node;

    #[test]
    fn names_lead_back_to_their_nodes() {
        for node in Node::ALL {
            assert_eq!(Node::from_name(node.name()), Some(node));
        }
        assert_eq!(Node::from_name("SETLINFO"), None);
    }
}
