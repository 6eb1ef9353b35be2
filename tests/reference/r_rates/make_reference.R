# Makes reference.json beside it: R's answers for oncohort.rates and oncohort.confounding.
#   Rscript make_reference.R            (R 4.2.2, survival 3.5-3; 17 digits)
# The data are lung.csv of ../r_survival, and small tables written here.
library(survival)

number <- function(x) ifelse(is.nan(x) | is.na(x), "null",
  ifelse(x == Inf, "\"inf\"", sprintf("%.17g", x)))
json <- function(x) {
  if (is.matrix(x)) return(json(lapply(seq_len(nrow(x)), function(i) unname(x[i, ]))))
  if (is.list(x)) {
    inside <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(inside, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", inside, collapse = ",\n"), "}"))
  }
  if (is.character(x)) return(paste0("\"", x, "\""))
  if (length(x) == 1 && is.null(attr(x, "many"))) return(number(x))
  paste0("[", paste(number(x), collapse = ", "), "]")
}
many <- function(x) structure(as.numeric(x), many = TRUE)

# --- proportions -------------------------------------------------------------------
shares <- list(c(0, 20), c(1, 20), c(20, 20), c(26, 254), c(118, 293), c(1, 5000), c(3, 7))
proportions <- lapply(shares, function(s) lapply(c(0.9, 0.95, 0.99), function(level) list(
  x = s[1], n = s[2], ci_level = level,
  clopper_pearson = many(binom.test(s[1], s[2], conf.level = level)$conf.int),
  wilson = many(prop.test(s[1], s[2], conf.level = level, correct = FALSE)$conf.int))))
proportions <- do.call(c, proportions)

# Newcombe's method 10 has no function in R: his formula on R's Wilson limits
newcombe <- function(x1, n1, x2, n2) {
  a <- prop.test(x1, n1, correct = FALSE)$conf.int
  b <- prop.test(x2, n2, correct = FALSE)$conf.int
  p <- x1 / n1; q <- x2 / n2
  many(c(p - q, p - q - sqrt((p - a[1])^2 + (b[2] - q)^2),
         p - q + sqrt((a[2] - p)^2 + (q - b[1])^2)))
}
pairs <- list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(0, 10, 0, 20), c(10, 10, 0, 20),
              c(94, 255, 68, 299))
differences <- lapply(pairs, function(p)
  list(counts = many(p), newcombe = do.call(newcombe, as.list(p))))

# --- tables ------------------------------------------------------------------------
tables <- list(
  tea = rbind(c(3, 1), c(1, 3)), empty_cell = rbind(c(0, 5), c(3, 2)),
  large = rbind(c(230, 410), c(512, 388)), lopsided = rbind(c(1, 200), c(12, 190)),
  three_by_two = rbind(c(94, 164), c(37, 43), c(124, 92)),
  two_by_four = rbind(c(4, 3, 1, 1), c(31, 45, 26, 26)),
  three_by_three = rbind(c(9, 16, 3), c(3, 4, 10), c(12, 2, 5)))
exact <- lapply(tables, function(t) {
  f <- fisher.test(t, workspace = 2e7)
  c(list(table = t, p = f$p.value),
    if (all(dim(t) == 2)) list(or = unname(f$estimate), ci = many(f$conf.int)))
})

# --- Mann-Whitney ------------------------------------------------------------------
set.seed(20)
long <- round(rnorm(60), 6)
samples <- list(
  exact = list(x = c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46),
               y = c(1.15, 0.88, 0.90, 0.74, 1.21)),
  ties = list(x = c(1, 2, 2, 3, 5), y = c(2, 3, 4, 4, 6, 7)),
  large = list(x = long, y = long[1:20] / 2 + 0.3),
  balanced = list(x = c(1, 4, 4, 7), y = c(2, 4, 4, 6)),
  far = list(x = 1:49 + 0, y = 100:148 + 0.5))
ranks <- lapply(samples, function(s) {
  t <- suppressWarnings(wilcox.test(s$x, s$y))
  list(x = many(s$x), y = many(s$y), w = unname(t$statistic), p = t$p.value,
       is_exact = as.numeric(grepl("exact", t$method)))
})

# --- confounding: propensity score and weighted Cox on lung ----------------------------
lung <- read.csv("../r_survival/lung.csv")
lung$treated <- as.numeric(lung$sex == 2)
# one patient has 3, one none: with categories of their own they would separate the arms
lung$ecog <- factor(pmin(ifelse(is.na(lung$ph_ecog), 2, lung$ph_ecog), 2))
lung$loss <- factor(ifelse(is.na(lung$wt_loss), "unknown",
                           ifelse(lung$wt_loss > 5, "much", "little")))
score <- glm(treated ~ age + ecog + loss, family = binomial, data = lung,
             control = glm.control(epsilon = 1e-14, maxit = 100))
lung$weight <- ifelse(lung$treated == 1, 1 - fitted(score), fitted(score))
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
weighted <- coxph(Surv(time, event) ~ treated, data = lung, weights = weight,
                  robust = TRUE, control = tight)
curve <- function(arm) {
  f <- survfit(Surv(time, event) ~ 1, data = lung[lung$treated == arm, ],
               weights = weight)
  many(summary(f, times = c(100, 300, 500))$surv)
}
kish <- function(w) sum(w)^2 / sum(w^2)
confounding <- list(
  terms = lapply(as.list(coef(score)), identity),
  std_error = many(sqrt(diag(vcov(score)))),
  deviance = deviance(score),
  score = many(fitted(score)),
  effective_n = list(control = kish(lung$weight[lung$treated == 0]),
                     treated = kish(lung$weight[lung$treated == 1])),
  cox = list(coef = unname(coef(weighted)), se = sqrt(weighted$naive.var[1, 1]),
             robust_se = sqrt(weighted$var[1, 1])),
  survival = list(control = curve(0), treated = curve(1)))

strata <- coxph(Surv(time, event) ~ treated + strata(ecog), data = lung, control = tight)
stratified <- list(coef = unname(coef(strata)), se = sqrt(strata$var[1, 1]),
  logrank = survdiff(Surv(time, event) ~ treated + strata(ecog), data = lung)$chisq)

text <- json(list(proportions = proportions, differences = differences, exact = exact,
  ranks = ranks, confounding = confounding, stratified = stratified,
  meta = list(R = R.version.string, survival = as.character(packageVersion("survival")),
              generated_by = "make_reference.R")))
writeLines(text, "reference.json")
