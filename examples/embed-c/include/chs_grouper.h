/* 医保 DRG 分组器的 C 接口 / the C interface of the DRG grouper.
 *
 * 由 cbindgen 从 src/lib.rs 生成，请勿手改 / made by cbindgen from src/lib.rs, not to be edited.
 * 三个函数都不抛出异常，也不保留调用方的指针。
 * None of the three functions keeps a pointer of the caller's.
 */

#ifndef CHS_GROUPER_H
#define CHS_GROUPER_H

// 分组方案 / a grouping scheme, compiled.
//
// 由库持有，与进程同寿，不必也不得释放；可供多个线程同时使用。
// It belongs to the library and lives as long as the process: it is never freed. Any
// number of threads may use it at once.
typedef struct chs_scheme chs_scheme;

// 一个病例 / one case.
//
// 每项都是以 NUL 结尾的 UTF-8 文本，NULL 表示缺失；文本归调用方所有，调用返回后即可释放。
// Every member is a text in UTF-8 that ends with NUL, or NULL where it is missing. The texts
// stay the caller's, who may free them as soon as the call has returned.
typedef struct chs_case {
  // 性别：1 男，2 女，0、9 未知 / sex: 1 male, 2 female, 0 and 9 unknown
  const char *sex;
  // 年龄（岁） / age in years
  const char *age;
  // 天龄（不足 1 岁） / age in days, below one year
  const char *age_days;
  // 出生或入院体重（克） / weight at birth or admission in grams
  const char *birth_weight;
  // 出院科别 / department of discharge
  const char *dept;
  // 住院天数 / length of stay in days
  const char *los;
  // 离院方式 / way of discharge
  const char *discharge;
  // 诊断编码，以 | 连接，主要诊断在前 / diagnoses joined by |, the principal one first
  const char *dx;
  // 手术操作编码，以 | 连接，主要手术在前 / procedures joined by |, the principal one first
  const char *px;
} chs_case;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// 打开内置方案 / opens a built-in scheme by its id, such as `chs-drg-2.0`.
//
// 返回方案；编号未知或为 NULL 时返回 NULL，且 error 不为 NULL 时 *error 得到说明文本（UTF-8，
// 须用 chs_free 释放）；成功时 *error 为 NULL。
// Returns the scheme, or NULL for an id that is unknown or NULL. Unless `error` is NULL,
// `*error` then is the reason as a text in UTF-8, to be freed with `chs_free`; on success
// `*error` is NULL.
//
// # Safety
// `id` is NULL or a text that ends with NUL; `error` is NULL or may be written to.
const struct chs_scheme *chs_open(const char *id,
                                  char **error);

// 分组 / groups a case.
//
// 返回 JSON 文本（UTF-8，须用 chs_free 释放）：status（grouped、ambiguous、ungrouped、invalid）、
// mdc、adrg、drg、name、reason、notes；数据有误时 status 为 invalid 并给出原因。scheme 或 row 为 NULL
// 时返回 NULL。可多线程同时调用。
// Returns a JSON text in UTF-8, to be freed with `chs_free`: status (grouped, ambiguous,
// ungrouped, invalid), mdc, adrg, drg, name, reason, notes. Bad data give the status invalid
// with its reason; NULL is returned only where `scheme` or `row` is NULL. Any number of
// threads may call it at once.
//
// # Safety
// `scheme` is NULL or came from `chs_open`; `row` is NULL or a case whose members are NULL
// or texts that end with NUL.
char *chs_group(const struct chs_scheme *scheme,
                const struct chs_case *row);

// 释放 chs_open 与 chs_group 给出的文本，NULL 亦可 / frees a text of `chs_open` or
// `chs_group`; NULL is left alone.
//
// # Safety
// `text` is NULL or came from `chs_open` or `chs_group`, and is not freed twice or used
// afterwards.
void chs_free(char *text);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CHS_GROUPER_H */
