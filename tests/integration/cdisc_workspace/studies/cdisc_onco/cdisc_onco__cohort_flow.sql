{{ cohort_flow('cdisc_onco') }}
