# Makes lx_vs_tbp.csv: R's answers for the adjusted analyses of the made-up study, computed
# on its cohort, which is exported first:
#   oncohort sql --study lx_vs_tbp --format csv "select * from cohort" > cohort.csv
#   Rscript lx_vs_tbp.R cohort.csv      (R 4.2.2, survival 3.5-3; 17 digits)
library(survival)
d <- read.csv(commandArgs(TRUE)[1], na.strings = "")
d$lx <- as.numeric(d$arm == "LX")
d$event <- as.numeric(d$is_pfs_event == "true")
d$months <- d$pfs_days / 30.4375
covariates <- c("age_group", "menopausal_status", "hr_status", "is_stage_i_at_diagnosis",
  "has_3_or_more_metastatic_sites", "has_lung_metastases", "has_liver_metastases",
  "has_bone_metastases", "has_brain_metastases", "resistance", "line_no",
  "has_adjuvant_hormonal_therapy", "has_metastatic_hormonal_therapy",
  "has_adjuvant_radiotherapy", "has_metastatic_radiotherapy", "has_adjuvant_trastuzumab")
for (v in covariates) {
  x <- as.character(d[[v]])
  d[[v]] <- factor(ifelse(is.na(x), "unknown", x))
}
score <- glm(reformulate(covariates, "lx"), binomial, d,
             control = glm.control(epsilon = 1e-14, maxit = 100))
d$w <- ifelse(d$lx == 1, 1 - fitted(score), fitted(score))
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
out <- list()
keep <- function(id, value) out[[id]] <<- unname(value)
ratio <- function(id, fit) {
  s <- summary(fit)
  keep(paste0(id, ".hazard_ratio"), s$conf.int[1, 1])
  keep(paste0(id, ".hazard_ratio_ci_low"), s$conf.int[1, 3])
  keep(paste0(id, ".hazard_ratio_ci_high"), s$conf.int[1, 4])
  keep(paste0(id, ".hazard_ratio_p"), s$coefficients[1, "Pr(>|z|)"])
}
adjusted <- "confounding.all.pfs."
ratio(paste0(adjusted, "overlap_weighted.all"), coxph(Surv(pfs_days, event) ~ lx, d,
  weights = w, robust = TRUE, control = tight))
strata <- coxph(Surv(pfs_days, event) ~ lx + strata(site_id), d, control = tight)
ratio(paste0(adjusted, "stratified_by_site.all"), strata)
without <- d[d$site_id != "hospital_a", ]
again <- update(score, data = without)
without$w <- ifelse(without$lx == 1, 1 - fitted(again), fitted(again))
left_out <- coxph(Surv(pfs_days, event) ~ lx, without, weights = w, robust = TRUE,
                  control = tight)
keep(paste0(adjusted, "overlap_weighted_without_hospital_a.all.hazard_ratio"),
     exp(coef(left_out)))
curves <- summary(survfit(Surv(months, event) ~ lx, d, weights = w,
                          conf.type = "log-log", robust = TRUE))$table
means <- summary(survfit(Surv(months, event) ~ lx, d), rmean = 12)$table
figure <- "figure1a.all.pfs."
for (arm in 0:1) {
  name <- c("TBP", "LX")[arm + 1]
  weight <- d$w[d$lx == arm]
  keep(paste0("confounding.all.patients.overall.", name, ".effective_n"),
       sum(weight)^2 / sum(weight^2))
  keep(paste0(adjusted, "overall.", name, ".median"), curves[arm + 1, "median"])
  keep(paste0(adjusted, "overall.", name, ".median_ci_low"), curves[arm + 1, "0.95LCL"])
  keep(paste0(adjusted, "overall.", name, ".median_ci_high"), curves[arm + 1, "0.95UCL"])
  keep(paste0(figure, "month_12.", name, ".restricted_mean"), means[arm + 1, "rmean"])
}
keep(paste0(figure, "stratified_by_site.all.logrank_chi_square"),
     survdiff(Surv(pfs_days, event) ~ lx + strata(site_id), d)$chisq)
plain <- coxph(Surv(pfs_days, event) ~ lx, d, control = tight)
keep(paste0(figure, "overall.all.proportionality_chi_square"), cox.zph(plain)$table[1, 1])
keep(paste0(figure, "overall.all.proportionality_p"), cox.zph(plain)$table[1, 3])
for (ties in c("efron", "breslow"))
  keep(paste0(figure, ties, ".all.hazard_ratio"), exp(coef(
    coxph(Surv(pfs_days, event) ~ lx, d, ties = ties, control = tight))))
writeLines(c("result_id,value", sprintf("%s,%.17g", names(out), unlist(out))),
           "lx_vs_tbp.csv")
