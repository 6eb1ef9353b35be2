# Survival by receptor group with and without delayed entry, and what is altered in
# HER2-positive samples, computed apart from oncohort: reads the original files of the
# delivery, applies the rules of `studies/msk_2018/README.md` in its own words and writes
# `reference.csv`. Shares no code with the warehouse.
#
#   Rscript tests/reference/msk_2018/reference.R       (from the root of the repository)

suppressPackageStartupMessages(library(survival))

argument <- commandArgs(trailingOnly = TRUE)   # another file to write to, for tests
target <- if (length(argument)) argument[1] else "tests/reference/msk_2018/reference.csv"
read_portal <- function(part) {
  path <- file.path("extracts/msk/2018-09-10", paste0("data_", part, ".txt.gz"))
  read.delim(path, comment.char = "#", quote = "", colClasses = "character", check.names = FALSE)
}
patient <- read_portal("clinical_patient")
sample <- read_portal("clinical_sample")
mutation <- read_portal("mutations")

rows <- list()
say <- function(part, quantity, level, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    part = part, quantity = quantity, level = level,
    value = ifelse(is.na(value), "", format(value, digits = 15, trim = TRUE, scientific = FALSE))
  )
}

# --- receptors: FISH decides where it is clear, else IHC, else unknown -----------------
clear <- function(text) ifelse(text %in% c("Positive", "Negative"), tolower(text), NA)
first_known <- function(a, b) ifelse(is.na(a), b, a)
one <- function(values, by) {   # of two clear results of one patient the positive stands
  tapply(values, factor(by, levels = patient$PATIENT_ID), function(v) {
    v <- v[!is.na(v)]
    if (!length(v)) NA else if (any(v == "positive")) "positive" else "negative"
  })
}
primary_of <- function(column) one(clear(sample[[column]]), sample$PATIENT_ID)
her2 <- first_known(primary_of("HER2_FISH_STATUS"), primary_of("HER2_IHC_PRIMARY"))
er <- primary_of("ER_STATUS_PRIMARY")
pr <- primary_of("PR_STATUS_PRIMARY")
hr <- ifelse(er %in% "positive" | pr %in% "positive", "positive", ifelse(is.na(er) | is.na(pr), NA, "negative"))

# --- times, from birth: days, or months of 30.4 days ------------------------------------
last <- as.integer(patient$LAST_CONTACT_DAYS_TO)
dead <- patient$VITAL_STATUS == "Deceased"
in_days <- function(months) round(as.numeric(months) * 30.4)
at <- match(patient$PATIENT_ID, sample$PATIENT_ID)
diagnosed <- in_days(sample$INVASIVE_CARCINOMA_DX_TIME)[at]
sampled <- as.vector(tapply(
  in_days(sample$NGS_SAMPLE_COLLECTION_TIME), factor(sample$PATIENT_ID, patient$PATIENT_ID), min
))
say("screened", "n", "", nrow(patient))
say("screened", "deaths", "", sum(dead))
say("screened", "samples", "", nrow(sample))
say("screened", "variants", "", nrow(mutation))
# the file's own months: agreement says that the days are read rightly
say("screened", "os_months_off", "", sum(abs((last - diagnosed) / 30.4375 - as.numeric(patient$OS_MONTHS)) > 0.0501))

followed <- last > sampled
known <- !is.na(her2) & !is.na(hr)
say("screened", "left_by_the_sample", "", sum(!followed))
say("screened", "left_unknown", "", sum(followed & !known))
kept <- followed & known
time <- (last - diagnosed)[kept]
event <- dead[kept]
entry <- pmax(sampled - diagnosed, 0)[kept]
group <- ifelse(hr == "positive", ifelse(her2 == "positive", "hr_her2", "hr"),
                ifelse(her2 == "positive", "her2", "triple_negative"))[kept]
group <- factor(group, levels = c("hr", "hr_her2", "her2", "triple_negative"))

# --- survival ---------------------------------------------------------------------------
for (part in c("os", "os_delayed")) {
  response <- if (part == "os") Surv(time, event) else Surv(entry, time, event)
  for (level in c("all", levels(group))) {
    chosen <- if (level == "all") rep(TRUE, length(time)) else group == level
    fit <- survfit(response[chosen, ] ~ 1, conf.type = "log-log")
    say(part, "n", level, sum(chosen))
    say(part, "deaths", level, sum(event[chosen]))
    say(part, "person_days", level, sum((time - (part != "os") * entry)[chosen]))
    middle <- quantile(fit, 0.5)
    for (limit in c("quantile", "lower", "upper")) {
      say(part, paste0("median_", limit), level, unname(middle[[limit]]))
    }
    point <- summary(fit, times = c(36, 60, 120) * 30.4375)
    for (i in seq_along(point$time)) {
      month <- round(point$time[i] / 30.4375)
      say(part, paste0("survival_", month), level, point$surv[i])
    }
  }
  fit <- coxph(response ~ group, ties = "efron", control = coxph.control(eps = 1e-14, iter.max = 50))
  shown <- summary(fit)$conf.int
  for (i in seq_len(nrow(shown))) {
    level <- levels(group)[i + 1]
    say(part, "hr", level, shown[i, 1])
    say(part, "hr_lower", level, shown[i, 3])
    say(part, "hr_upper", level, shown[i, 4])
  }
}
test <- survdiff(Surv(time, event) ~ group)
say("os", "log_rank_chisq", "all", test$chisq)

# --- samples ----------------------------------------------------------------------------
status <- first_known(clear(sample$HER2_FISH), clear(sample$HER2_IHC_STATUS))
brain <- sample$SAMPLE_SITE == "Brain"
positive <- status %in% "positive"
say("samples", "positive", "all", sum(positive))
say("samples", "positive", "brain", sum(positive & brain))
say("samples", "negative", "all", sum(status %in% "negative"))
say("samples", "unknown", "all", sum(is.na(status)))
altering <- mutation[!mutation$Variant_Classification %in% c("Silent", "Intron"), ]
altering$Hugo_Symbol <- sub("^CDKN2Ap.*", "CDKN2A", altering$Hugo_Symbol)
pairs <- unique(altering[c("Tumor_Sample_Barcode", "Hugo_Symbol")])
genes <- as.vector(table(factor(pairs$Tumor_Sample_Barcode, sample$SAMPLE_ID)))
tmb <- as.numeric(sample$TMB_NONSYNONYMOUS)
for (gene in c("TP53", "PIK3CA", "ERBB2")) {
  with_it <- sample$SAMPLE_ID %in% pairs$Tumor_Sample_Barcode[pairs$Hugo_Symbol == gene]
  say("samples", gene, "all", sum(positive & with_it))
  say("samples", gene, "brain", sum(positive & with_it & brain))
}
metastasis <- sample$SAMPLE_TYPE == "Metastasis"
for (split in c("brain", "primary")) {
  one_side <- if (split == "brain") brain else !metastasis
  for (measure in c("mutations_per_mb", "n_altered_genes")) {
    value <- if (measure == "n_altered_genes") genes else tmb
    x <- value[positive & one_side]
    y <- value[positive & !one_side]
    say(split, "median_x", measure, median(x))
    say(split, "median_y", measure, median(y))
    say(split, "p", measure, wilcox.test(x, y, exact = FALSE, correct = TRUE)$p.value)
  }
}
write.csv(do.call(rbind, rows), target, row.names = FALSE, quote = FALSE)
