//! The circuit and what is said of it against the standard's table.
#![allow(clippy::indexing_slicing)]

use super::*;

/// GB/T 32907, 6.2.
const TABLE: [&str; 16] = [
    "d690e9fecce13db716b614c228fb2c05",
    "2b679a762abe04c3aa44132649860699",
    "9c4250f491ef987a33540b43edcfac62",
    "e4b31ca9c908e89580df94fa758f3fa6",
    "4707a7fcf37317ba83593c19e6854fa8",
    "686b81b27164da8bf8eb0f4b70569d35",
    "1e240e5e6358d1a225227c3b01217887",
    "d40046579fd327524c3602e7a0c4c89e",
    "eabf8ad240c738b5a3f7f2cef96115a1",
    "e0ae5da49b341a55ad933230f58cb1e3",
    "1df6e22e8266ca60c02923ab0d534e6f",
    "d5db3745defd8e2f03ff6a726d6c5b51",
    "8d1baf92bbddbc7f11d95c411f105ad8",
    "0ac13188a5cd7bbd2d74d012b8e5b4b0",
    "8969974a0c96777e65b9f109c56ec684",
    "18f07dec3adc4d2079ee5f3ed7cb3948",
];

fn table() -> Vec<u8> {
    TABLE
        .iter()
        .flat_map(|row| hex::decode(row).unwrap_or_default())
        .collect()
}

/// All 256 inputs, at once and in any place.
#[test]
fn circuit() {
    let mut planes = [[0_u32; 8]; 8];
    for byte in 0..=255_u8 {
        let (lane, place) = (usize::from(byte / 32), u32::from(byte % 32));
        for (bit, plane) in planes.iter_mut().enumerate() {
            plane[lane] |= u32::from((byte ^ CONSTANT_IN) >> bit & 1) << place;
        }
    }
    let mut made = vec![CONSTANT_OUT; 256];
    for lane in 0..8 {
        let output = substitute(planes.map(|plane| plane[lane]));
        for place in 0..32 {
            for (bit, plane) in output.iter().enumerate() {
                let set = u8::from(plane >> place & 1 == 1);
                made[lane * 32 + place] ^= set << bit;
            }
        }
    }
    assert_eq!(made, table());
}

/// S(x) = A·(A·x + c)⁻¹ + c.
#[test]
fn formula() {
    let affine = |x: u8| {
        (0..8).fold(CONSTANT_OUT, |sum, bit| {
            let odd = (0xa7_u8.rotate_left(bit) & x).count_ones() % 2 == 1;
            sum ^ (u8::from(odd) << bit)
        })
    };
    let times = |a: u8, b: u8| {
        (0..8).rev().fold(0_u8, |sum, bit| {
            let reduced = if sum & 0x80 == 0 { 0 } else { 0xf5 };
            (sum << 1) ^ reduced ^ if b >> bit & 1 == 1 { a } else { 0 }
        })
    };
    let inverse = |a: u8| (0..254).fold(1, |power, _| times(power, a));
    let made: Vec<u8> = (0..=255).map(|x| affine(inverse(affine(x)))).collect();
    assert_eq!(made, table());
    assert_eq!(affine(CONSTANT_IN), 0);
}
