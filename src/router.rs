//! Every route on one screen. The same registration mounts a route and documents it.

mod alternatives;
mod document;
#[cfg(test)]
mod schema_names;
mod specification;

pub use specification::specification;

use actix_web::{
    HttpRequest, HttpResponse,
    dev::{HttpServiceFactory, ServiceFactory, ServiceRequest},
    http::header,
    web,
};
use utoipa::OpenApi;
use utoipa_actix_web::{
    OpenApiFactory,
    scope::{self, Scope},
    service_config::ServiceConfig,
};

use crate::{
    doors::{plain, transaction},
    error::{ErrorCode, Refusal},
    operations::{
        bills_confirm, bills_confirm_state, bills_entry, bills_monthly, bills_run, bills_step,
        catalogue_diff, category_change, clearing_propose, clearing_query, clearing_step,
        cross_region_bills, cross_region_decide, discharge_guard, fee_guard, files_download,
        files_upload, groupings_fee_summary, groupings_report, groupings_revoke, groupings_verify,
        lists_audit, lists_uploads, mapping_guard, negotiation_open, negotiation_query,
        negotiation_step, objections_decide, objections_submit, publication_publish,
        publication_query, qc_post_check, qc_pre_check, qc_results, reconciliation_apply,
        reconciliation_day, reconciliation_day_result, reconciliation_details,
        reconciliation_freeze, reconciliation_totals, reconciliation_withdraw, reports_submit,
        sign_in, sign_out, special_cases_change, special_cases_declare, special_cases_list,
        special_cases_opinions, special_cases_review, stay_audit_view,
    },
};

/// What takes the routes one after the other.
trait Registry: Sized {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(self, factory: F) -> Self;
}

impl Registry for &mut ServiceConfig<'_> {
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(self, factory: F) -> Self {
        ServiceConfig::service(self, factory)
    }
}

impl<T> Registry for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
{
    fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(self, factory: F) -> Self {
        Scope::service(self, factory)
    }
}

/// Mounts and documents all routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    let api = operations(scope::scope("/api/v1"));
    others(config.service(api));
}

/// The operations, below `/api/v1`.
fn operations<R: Registry>(registry: R) -> R {
    registry
        .service(qc_pre_check::handler) //              1 事前质控
        .service(qc_post_check::handler) //             2 事后质控
        .service(qc_results::handler) //                3 质控结果查询
        .service(lists_uploads::handler) //             4 结算清单上传情况
        .service(groupings_fee_summary::handler) //     5 分组费用摘要
        .service(reports_submit::handler) //            6 信息上报
        .service(bills_monthly::handler) //             7 月结账单查询
        .service(groupings_report::handler) //          8 分组结果上报
        .service(groupings_revoke::handler) //          9 分组结果撤销
        .service(groupings_verify::handler) //          10 分组结果上传验证
        .service(lists_audit::handler) //               清单审核
        .service(publication_publish::handler) //       公示
        .service(publication_query::handler) //         公示结果查询
        .service(objections_submit::handler) //         异议提出
        .service(objections_decide::handler) //         异议处理
        .service(sign_in::handler) //                   签到
        .service(sign_out::handler) //                  签退
        .service(stay_audit_view::handler) //           院端：住院审核视图
        .service(discharge_guard::handler) //           院端：出院办理
        .service(fee_guard::handler) //                 院端：费用变动
        .service(category_change::handler) //           院端：类别变更
        .service(catalogue_diff::handler) //            院端：目录差异
        .service(mapping_guard::handler) //             院端：医保对照
        .service(special_cases_declare::handler) //     特病单议申报
        .service(special_cases_change::handler) //      特病单议撤回、申诉
        .service(special_cases_review::handler) //      特病单议评审
        .service(special_cases_list::handler) //        特病单议列表
        .service(special_cases_opinions::handler) //    特病单议意见
        .service(reconciliation_apply::handler) //      对账申请
        .service(reconciliation_withdraw::handler) //   对账申请撤销
        .service(reconciliation_freeze::handler) //     受理、校验与固化
        .service(files_upload::handler) //              文件上传
        .service(files_download::handler) //            文件下载
        .service(reconciliation_totals::handler) //     对总账
        .service(reconciliation_details::handler) //    对明细账
        .service(reconciliation_day::handler) //        日对账
        .service(reconciliation_day_result::handler) // 日对账结果
        .service(bills_run::handler) //                 月度测算与出账
        .service(bills_step::handler) //                批次推进
        .service(bills_entry::handler) //               预拨、扣款与差异
        .service(bills_confirm::handler) //             月结确认
        .service(bills_confirm_state::handler) //       核定状态
        .service(clearing_propose::handler) //          年度清算编制
        .service(clearing_step::handler) //             年度清算推进
        .service(clearing_query::handler) //            年度清算查询
        .service(cross_region_bills::handler) //        异地账单查询
        .service(cross_region_decide::handler) //      异地病例决定
        .service(negotiation_open::handler) //          协商轮次发起
        .service(negotiation_step::handler) //          协商轮次推进
        .service(negotiation_query::handler) //        协商轮次查询
}

/// What stands beside them: the transaction door and the plain endpoints.
fn others<R: Registry>(registry: R) -> R {
    registry
        .service(transaction::call)
        .service(transaction::call_by_number)
        .service(plain::healthz)
        .service(plain::readyz)
        .service(plain::metrics)
        .service(plain::version)
        .service(plain::openapi)
        .service(plain::schema)
}

/// Head of the OpenAPI document; paths and schemas come from the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "chs-gateway",
        description = "医保 DRG/DIP 支付集成网关 / integration gateway for DRG and DIP payment. \
            业务数据经 SM2 签名、SM4 加密 / data is signed with SM2 and sealed with SM4.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "qc", description = "质控 / quality control"),
        (name = "settlement-lists", description = "结算清单 / settlement lists"),
        (name = "groupings", description = "分组结果 / grouping results"),
        (name = "publication", description = "公示与异议 / publication and objections"),
        (name = "settlement", description = "月结 / the month"),
        (name = "special-cases", description = "特病单议 / special cases"),
        (name = "reports", description = "信息上报 / reporting"),
        (name = "session", description = "签到签退 / sign-in and sign-out"),
        (name = "transaction", description = "交易报文 / transaction messages"),
        (name = "hospital", description = "院端服务 / hospital-side services"),
        (name = "plain", description = "不加密的运行接口 / plain endpoints for operation"),
    )
)]
pub struct Head;

/// The whole OpenAPI document, as the mounted routes make it.
pub fn document() -> utoipa::openapi::OpenApi {
    use utoipa_actix_web::AppExt;
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Head::openapi())
        .configure(routes)
        .split_for_parts();
    document::complete(&mut document);
    document
}

/// What answers where no route does: 405 when the path has a route with another method,
/// else 404; both through the error table.
pub async fn no_route(
    request: HttpRequest,
    document: web::Data<utoipa::openapi::OpenApi>,
) -> HttpResponse {
    let Some(item) = document.paths.paths.get(request.path()) else {
        return Refusal::new(ErrorCode::PathUnknown).problem();
    };
    let methods = [("GET", &item.get), ("POST", &item.post)]
        .iter()
        .filter(|(_, operation)| operation.is_some())
        .map(|(method, _)| *method)
        .collect::<Vec<_>>()
        .join(", ");
    let mut response = Refusal::new(ErrorCode::MethodNotAllowed).problem();
    if let Ok(allow) = header::HeaderValue::from_str(&methods) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
