"""The page of a report: one HTML file that needs no network and runs no script.

It is built from the report's JSON (`EvaluationReport.to_json`), so whoever stores reports can show
them without what made them. All that comes from the report is escaped.
"""

from aibt.rl.judgement.page.document import POLICY, page

__all__ = ["POLICY", "page"]
