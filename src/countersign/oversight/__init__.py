"""Oversight: the protection check behind a neutral answer. (Admission, risk, review and breach are rooms to come.)"""
