//! The S-box of SM4 as a circuit of 110 gates: no table, no branch, no index.
//!
//! The standard prints the S-box as a table (GB/T 32907, 6.2). It is known to be
//! S(x) = A·(A·x + c)⁻¹ + c, where c = D3, row i of A (which makes bit i) is A7
//! rotated left by i, and the inverse is that of GF(2⁸) under
//! x⁸ + x⁷ + x⁶ + x⁵ + x⁴ + x² + 1, with 0⁻¹ = 0; a test holds both this formula
//! and the circuit against the table. Only the inverse is not linear. It is taken in
//! a tower of fields, each of degree two over the one below and in a normal basis:
//!
//! | field | over | relation | basis |
//! |---|---|---|---|
//! | GF(4) | GF(2) | W² + W + 1 = 0 | W², W |
//! | GF(16) | GF(4) | Z² + Z + W = 0 | Z⁴, Z |
//! | GF(256) | GF(16) | Y² + Y + ν = 0, ν = W² Z⁴ + Z | Y¹⁶, Y |
//!
//! The standard's x becomes (W² Z⁴ + W² Z) Y¹⁶ + (Z⁴ + W² Z) Y, a root of its
//! polynomial. For a = a1 Y¹⁶ + a0 Y and N = a1 a0 + ν (a1 + a0)², which lies in
//! GF(16), the inverse is N⁻¹ a0 Y¹⁶ + N⁻¹ a1 Y; GF(16) is inverted in the same way,
//! and in GF(4) the inverse is the square. A product of GF(16) is nine ANDs of sums of
//! bits (Karatsuba, twice). Where u + v is to be added to u v anyway, the AND is an OR.
//!
//! The change of basis and A are folded into the sums before and behind. Which of the
//! roots and ν gives the fewest gates was searched for, the sums by greedy elimination
//! of common ones (Boyar and Peralta's heuristic; the last layer as the transpose of
//! such a problem). Both constants are left to the callers, who have a place to add
//! them that costs nothing: see [`CONSTANT_IN`] and [`CONSTANT_OUT`].

use std::ops::{BitAnd, BitOr, BitXor};

/// What is added to the input of [`substitute`]: the byte that A takes to c.
pub(super) const CONSTANT_IN: u8 = 0x75;

/// What is added to its output: c.
pub(super) const CONSTANT_OUT: u8 = 0xd3;

/// Bits side by side, on which gates work all at once.
pub(super) trait Lanes:
    Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self>
{
}

impl<T> Lanes for T where
    T: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self>
{
}

/// S(x + [`CONSTANT_IN`]) + [`CONSTANT_OUT`] for as many bytes as a lane has bits;
/// plane i of the input and of the output holds bit i of every byte.
#[inline(always)]
pub(super) fn substitute<T: Lanes>(planes: [T; 8]) -> [T; 8] {
    let [x0, x1, x2, x3, x4, x5, x6, x7] = planes;

    // The sums of input bits that the products below take.
    let t0 = x4 ^ x3;
    let t1 = x7 ^ x1;
    let t2 = x7 ^ x2;
    let t3 = t2 ^ x5;
    let t4 = t3 ^ t0;
    let t5 = t3 ^ t1;
    let t6 = x6 ^ x0;
    let t7 = t6 ^ x1;
    let t8 = t6 ^ x4;
    let t9 = t7 ^ x2;
    let t10 = t8 ^ x2;
    let t11 = t8 ^ x5;
    let t12 = t6 ^ t5;
    let t13 = t10 ^ x0;
    let t14 = t11 ^ t7;
    let t15 = t13 ^ t4;
    let t16 = t13 ^ t5;
    let t17 = t15 ^ t1;

    // N = a1 a0 + ν (a1 + a0)², in GF(16): p is its Z⁴ half, q its Z half.
    let m0 = t8 | t1;
    let m1 = x2 & t15;
    let m2 = t10 & t17;
    let m3 = t11 | t5;
    let m4 = t7 | t13;
    let m5 = t14 | t16;
    let m6 = x5 | t3;
    let m7 = t9 | t4;
    let m8 = t12 & t0;
    let u0 = m6 ^ m7;
    let u1 = m6 ^ m8;
    let u2 = m0 ^ u0;
    let p1 = u2 ^ m2;
    let u4 = x6 ^ u1;
    let u5 = m1 ^ u4;
    let p0 = m2 ^ u5;
    let u7 = t2 ^ m3;
    let u8 = u7 ^ u0;
    let q1 = u8 ^ m5;
    let u10 = m4 ^ m5;
    let q0 = u1 ^ u10;

    // θ = 1/N by the same formula one field lower: e = 1/(p q + W (p + q)²),
    // which in GF(4) is the square and so two wires crossed; then θ = [e q, e p],
    // as the nine sums of its bits that multiplying needs.
    let nps = p1 ^ p0;
    let nqs = q1 ^ q0;
    let v0 = nps & nqs;
    let v1 = p1 | q1;
    let v2 = p0 | q0;
    let v3 = p0 ^ q0;
    let v4 = v1 ^ v3;
    let e1 = v0 ^ v2;
    let e0 = v0 ^ v4;
    let es = v2 ^ v4;
    let w0 = e1 & q1;
    let w1 = e0 & q0;
    let w2 = es & nqs;
    let w3 = e1 & p1;
    let w4 = e0 & p0;
    let w5 = es & nps;
    let g0 = w2 ^ w0;
    let g1 = w2 ^ w1;
    let g2 = w0 ^ w1;
    let g3 = w5 ^ w3;
    let g4 = w5 ^ w4;
    let g5 = w3 ^ w4;
    let g6 = g0 ^ g3;
    let g7 = g1 ^ g4;
    let g8 = g2 ^ g5;

    // 1/a = [θ a0, θ a1]: two products of GF(16), left in their nine parts.
    let h0 = g0 & t1;
    let h1 = g1 & t15;
    let h2 = g2 & t17;
    let h3 = g3 & t5;
    let h4 = g4 & t13;
    let h5 = g5 & t16;
    let h6 = g6 & t3;
    let h7 = g7 & t4;
    let h8 = g8 & t0;
    let l0 = g0 & t8;
    let l1 = g1 & x2;
    let l2 = g2 & t10;
    let l3 = g3 & t11;
    let l4 = g4 & t7;
    let l5 = g5 & t14;
    let l6 = g6 & x5;
    let l7 = g7 & t9;
    let l8 = g8 & t12;

    // Those parts summed up: GF(16), the way back to the standard's basis, and A.
    let s0 = h2 ^ h6;
    let s1 = h0 ^ h3;
    let s2 = l6 ^ l7;
    let s3 = l5 ^ l4;
    let s4 = h0 ^ h7;
    let s5 = s4 ^ s0;
    let s6 = h4 ^ s1;
    let s7 = l5 ^ l3;
    let s8 = s7 ^ s2;
    let s9 = l2 ^ l1;
    let s10 = s9 ^ s3;
    let s11 = s10 ^ s5;
    let s12 = h8 ^ s6;
    let s13 = s0 ^ s12;
    let s14 = s8 ^ s13;
    let s15 = s11 ^ s14;
    let s16 = s3 ^ l6;
    let s17 = l8 ^ s16;
    let s18 = l2 ^ l0;
    let s19 = s18 ^ s2;
    let s20 = h1 ^ s6;
    let s21 = s19 ^ s15;
    let s22 = s20 ^ s17;
    let s23 = s8 ^ s22;
    let s24 = s20 ^ s11;
    let s25 = h2 ^ h5;
    let s26 = s25 ^ s1;
    let s27 = s26 ^ s19;
    [s5, s27, s14, s24, s23, s21, s17, s15]
}

#[cfg(test)]
#[path = "sbox_tests.rs"]
mod tests;
