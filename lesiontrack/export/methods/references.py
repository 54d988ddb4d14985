"""Sources of the methods, numbered in the order in which a text cites them."""

from __future__ import annotations

from dataclasses import dataclass, field

_TEXT = """
recist: Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours:
revised RECIST guideline (version 1.1). Eur J Cancer 2009;45:228-47. doi 10.1016/j.ejca.2008.10.026

irecist: Seymour L, Bogaerts J, Perrone A, et al. iRECIST: guidelines for response criteria for use in
trials testing immunotherapeutics. Lancet Oncol 2017;18:e143-52. doi 10.1016/S1470-2045(17)30074-8

itrecist: Goldmacher GV, Khilnani AD, Andtbacka RHI, et al. Response criteria for intratumoral
immunotherapy in solid tumors: itRECIST. J Clin Oncol 2020;38:2667-76. doi 10.1200/JCO.19.02985

who: Miller AB, Hoogstraten B, Staquet M, Winkler A. Reporting results of cancer treatment. Cancer
1981;47:207-14

durable: Andtbacka RHI, Kaufman HL, Collichio F, et al. Talimogene laherparepvec improves durable response
rate in patients with advanced melanoma. J Clin Oncol 2015;33:2780-8. doi 10.1200/JCO.2014.58.3377

clopper: Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the
binomial. Biometrika 1934;26:404-13

wilson: Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc
1927;22:209-12

newcombe: Newcombe RG. Interval estimation for the difference between independent proportions: comparison
of eleven methods. Stat Med 1998;17:873-90

kaplan: Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc
1958;53:457-81

mantel: Mantel N. Evaluation of survival data and two new rank order statistics arising in its
consideration. Cancer Chemother Rep 1966;50:163-70

fda: US Food and Drug Administration. Clinical trial endpoints for the approval of cancer drugs and
biologics: guidance for industry. 2018

bland: Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of clinical
measurement. Lancet 1986;327:307-10

efron: Efron B, Tibshirani RJ. An introduction to the bootstrap. Chapman and Hall; 1993

donner: Donner A, Klar N. Design and analysis of cluster randomization trials in health research. Arnold;
2000

cielab: ISO/CIE 11664-4:2019. Colorimetry, part 4: CIE 1976 L*a*b* colour space

delta_a: Logger JGM, de Jong EMGJ, Driessen RJB, van Erp PEJ. Evaluation of a simple image-based tool to
quantify facial erythema in rosacea during treatment. Skin Res Technol 2020;26:804-12. doi
10.1111/srt.12878

ita: Chardon A, Cretois I, Hourseau C. Skin colour typology and suntanning pathways. Int J Cosmet Sci
1991;13:191-208
"""

SOURCES = {
    key: " ".join(source.split())
    for key, _, source in (entry.partition(": ") for entry in _TEXT.strip().split("\n\n"))
}


@dataclass
class References:
    cited: list[str] = field(default_factory=list)

    def __call__(self, *keys: str) -> str:
        """ "[1]" or "[1, 2]" for these keys of SOURCES."""
        for key in keys:
            if key not in self.cited:
                self.cited.append(key)
        numbers = sorted(self.cited.index(key) + 1 for key in keys)
        return f"[{', '.join(map(str, numbers))}]"

    def listed(self) -> str:
        return "\n".join(f"{number}. {SOURCES[key]}." for number, key in enumerate(self.cited, 1))
