//! The grouper behind three C functions: open a scheme, group a case, free a text.
//!
//! `include/chs_grouper.h` is made from this file by cbindgen; a test checks that it is
//! current.

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use chs_grouper::{Columns, Outcome, Reason, Scheme};

/// 分组方案 / a grouping scheme, compiled.
///
/// 由库持有，与进程同寿，不必也不得释放；可供多个线程同时使用。
/// It belongs to the library and lives as long as the process: it is never freed. Any
/// number of threads may use it at once.
#[expect(
    non_camel_case_types,
    reason = "a C name: what C programs see of the type"
)]
pub struct chs_scheme(&'static Scheme);

/// 一个病例 / one case.
///
/// 每项都是以 NUL 结尾的 UTF-8 文本，NULL 表示缺失；文本归调用方所有，调用返回后即可释放。
/// Every member is a text in UTF-8 that ends with NUL, or NULL where it is missing. The texts
/// stay the caller's, who may free them as soon as the call has returned.
#[repr(C)]
pub struct chs_case {
    /// 性别：1 男，2 女，0、9 未知 / sex: 1 male, 2 female, 0 and 9 unknown
    sex: *const c_char,
    /// 年龄（岁） / age in years
    age: *const c_char,
    /// 天龄（不足 1 岁） / age in days, below one year
    age_days: *const c_char,
    /// 出生或入院体重（克） / weight at birth or admission in grams
    birth_weight: *const c_char,
    /// 出院科别 / department of discharge
    dept: *const c_char,
    /// 住院天数 / length of stay in days
    los: *const c_char,
    /// 离院方式 / way of discharge
    discharge: *const c_char,
    /// 诊断编码，以 | 连接，主要诊断在前 / diagnoses joined by |, the principal one first
    dx: *const c_char,
    /// 手术操作编码，以 | 连接，主要手术在前 / procedures joined by |, the principal one first
    px: *const c_char,
}

/// 打开内置方案 / opens a built-in scheme by its id, such as `chs-drg-2.0`.
///
/// 返回方案；编号未知或为 NULL 时返回 NULL，且 error 不为 NULL 时 *error 得到说明文本（UTF-8，
/// 须用 chs_free 释放）；成功时 *error 为 NULL。
/// Returns the scheme, or NULL for an id that is unknown or NULL. Unless `error` is NULL,
/// `*error` then is the reason as a text in UTF-8, to be freed with `chs_free`; on success
/// `*error` is NULL.
///
/// # Safety
/// `id` is NULL or a text that ends with NUL; `error` is NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chs_open(id: *const c_char, error: *mut *mut c_char) -> *const chs_scheme {
    // SAFETY: the caller's promise about `id` is that of `text`.
    let id = unsafe { text(id) };
    let opened = match id {
        Some(id) => Scheme::builtin(id).map_err(|error| error.to_string()),
        None => Err("方案编号不是 UTF-8 文本 / the id is no UTF-8 text".to_owned()),
    };
    let (scheme, message) = match opened {
        // One small box for each call, as long-lived as the scheme in it.
        Ok(scheme) => (
            ptr::from_ref(Box::leak(Box::new(chs_scheme(scheme)))),
            ptr::null_mut(),
        ),
        Err(message) => (ptr::null(), owned(message)),
    };
    if error.is_null() {
        // SAFETY: the message is a text of `owned`, and nobody else has it.
        unsafe { chs_free(message) };
    } else {
        // SAFETY: the caller says that `error`, which is not NULL, may be written to.
        unsafe { error.write(message) };
    }
    scheme
}

/// 分组 / groups a case.
///
/// 返回 JSON 文本（UTF-8，须用 chs_free 释放）：status（grouped、ambiguous、ungrouped、invalid）、
/// mdc、adrg、drg、name、reason、notes；数据有误时 status 为 invalid 并给出原因。scheme 或 row 为 NULL
/// 时返回 NULL。可多线程同时调用。
/// Returns a JSON text in UTF-8, to be freed with `chs_free`: status (grouped, ambiguous,
/// ungrouped, invalid), mdc, adrg, drg, name, reason, notes. Bad data give the status invalid
/// with its reason; NULL is returned only where `scheme` or `row` is NULL. Any number of
/// threads may call it at once.
///
/// # Safety
/// `scheme` is NULL or came from `chs_open`; `row` is NULL or a case whose members are NULL
/// or texts that end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chs_group(scheme: *const chs_scheme, row: *const chs_case) -> *mut c_char {
    // SAFETY: NULL, or a scheme of `chs_open`, which is never freed.
    let scheme = unsafe { scheme.as_ref() };
    // SAFETY: NULL, or a case that the caller keeps until we return.
    let row = unsafe { row.as_ref() };
    let (Some(scheme), Some(row)) = (scheme, row) else {
        return ptr::null_mut();
    };
    // SAFETY: the caller's promise about the members of `row` is that of `columns`.
    let columns = unsafe { columns(row) };
    let case = columns.ok_or(Reason::BadRow).and_then(|row| row.case());
    let outcome = match &case {
        Ok(case) => scheme.0.group(case),
        Err(reason) => Outcome::invalid(*reason),
    };
    // Nothing in an outcome fails to become JSON.
    owned(serde_json::to_string(&outcome).unwrap_or_default())
}

/// 释放 chs_open 与 chs_group 给出的文本，NULL 亦可 / frees a text of `chs_open` or
/// `chs_group`; NULL is left alone.
///
/// # Safety
/// `text` is NULL or came from `chs_open` or `chs_group`, and is not freed twice or used
/// afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chs_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: every text handed out is of `owned`, and the caller gives each back once.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// A text for the caller, who gives it back to `chs_free`.
fn owned(text: String) -> *mut c_char {
    // None of our texts has a NUL in it; one that had would be given as empty.
    CString::new(text).unwrap_or_default().into_raw()
}

/// The caller's text; `None` for NULL and for what is not UTF-8.
///
/// # Safety
/// `pointer` is NULL or a text that ends with NUL and outlives `'a`.
unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a str> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not NULL, and so, the caller says, a text that ends with NUL.
    unsafe { CStr::from_ptr(pointer) }.to_str().ok()
}

/// The case's texts; `None` where one is not UTF-8.
///
/// # Safety
/// The members of `row` are NULL or texts that end with NUL and outlive the case.
unsafe fn columns(row: &chs_case) -> Option<Columns<'_>> {
    let cell = |pointer: *const c_char| match pointer.is_null() {
        true => Some(""),
        // SAFETY: the caller's promise is that of `text`.
        false => unsafe { text(pointer) },
    };
    Some(Columns {
        sex: cell(row.sex)?,
        age: cell(row.age)?,
        age_days: cell(row.age_days)?,
        birth_weight: cell(row.birth_weight)?,
        dept: cell(row.dept)?,
        los: cell(row.los)?,
        discharge: cell(row.discharge)?,
        dx: cell(row.dx)?,
        px: cell(row.px)?,
    })
}
