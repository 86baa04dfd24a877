"""Works that describe single methods, no more of each than a docstring of `eligo` says, and which is whose."""

from __future__ import annotations

WORKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "ash2020deep": (
        "Ash et al., 2020",
        "inproceedings",
        {
            "author": "Ash and Zhang and Krishnamurthy and Langford and Agarwal",
            "title": "Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds",
            "booktitle": "ICLR",
        },
    ),
    "dagan1995committee": (
        "Dagan and Engelson, 1995",
        "inproceedings",
        {
            "author": "Dagan and Engelson",
            "title": "Committee-Based Sampling for Training Probabilistic Classifiers",
            "booktitle": "ICML",
        },
    ),
    "engelbrecht1999incremental": (
        "Engelbrecht and Cloete, 1999",
        "inproceedings",
        {
            "author": "Engelbrecht and Cloete",
            "title": "Incremental Learning Using Sensitivity Analysis",
            "booktitle": "IJCNN",
        },
    ),
    "hacohen2022active": (
        "Hacohen et al., 2022",
        "inproceedings",
        {
            "author": "Hacohen and Dekel and Weinshall",
            "title": "Active Learning on a Budget: Opposite Strategies Suit High and Low Budgets",
            "booktitle": "ICML",
        },
    ),
    "holzmueller2023framework": (
        "Holzmueller et al., 2023",
        "article",
        {
            "author": "Holzmueller and Zaverkin and Kaestner and Steinwart",
            "title": "A Framework and Benchmark for Deep Batch Active Learning for Regression",
            "journal": "JMLR",
            "volume": "24",
            "number": "164",
        },
    ),
    "houlsby2011bayesian": (
        "Houlsby et al., 2011",
        "misc",
        {
            "author": "Houlsby and Huszar and Ghahramani and Lengyel",
            "title": "{Bayesian} Active Learning for Classification and Preference Learning",
            "howpublished": "arXiv 1112.5745",
        },
    ),
    "kirsch2021stochastic": (
        "Kirsch et al., 2021",
        "misc",
        {
            "author": "Kirsch and Farquhar and Atighehchian and Jesson and Branchaud-Charron and Gal",
            "title": "Stochastic Batch Acquisition: A Simple Baseline for Deep Active Learning",
            "howpublished": "arXiv 2106.12059",
        },
    ),
    "lewis1994sequential": (
        "Lewis and Gale, 1994",
        "inproceedings",
        {
            "author": "Lewis and Gale",
            "title": "A Sequential Algorithm for Training Text Classifiers",
            "booktitle": "SIGIR",
        },
    ),
    "mccallum1998employing": (
        "McCallum and Nigam, 1998",
        "inproceedings",
        {
            "author": "McCallum and Nigam",
            "title": "Employing {EM} and Pool-Based Active Learning for Text Classification",
            "booktitle": "ICML",
        },
    ),
    "paul2021deep": (
        "Paul et al., 2021",
        "inproceedings",
        {
            "author": "Paul and Ganguli and Dziugaite",
            "title": "Deep Learning on a Data Diet: Finding Important Examples Early in Training",
            "booktitle": "NeurIPS",
        },
    ),
    "qin2024infobatch": (
        "Qin et al., 2024",
        "inproceedings",
        {
            "author": "Qin and others",
            "title": "{InfoBatch}: Lossless Training Speed Up by Unbiased Dynamic Data Pruning",
            "booktitle": "ICLR",
        },
    ),
    "scheffer2001active": (
        "Scheffer et al., 2001",
        "inproceedings",
        {
            "author": "Scheffer and Decomain and Wrobel",
            "title": "Active Hidden {Markov} Models for Information Extraction",
            "booktitle": "IDA",
        },
    ),
    "sener2018active": (
        "Sener and Savarese, 2018",
        "inproceedings",
        {
            "author": "Sener and Savarese",
            "title": "Active Learning for Convolutional Neural Networks: A Core-Set Approach",
            "booktitle": "ICLR",
        },
    ),
    "settles2008analysis": (
        "Settles and Craven, 2008",
        "inproceedings",
        {
            "author": "Settles and Craven",
            "title": "An Analysis of Active Learning Strategies for Sequence Labeling Tasks",
            "booktitle": "EMNLP",
        },
    ),
    "settles2008multiple": (
        "Settles et al., 2008",
        "inproceedings",
        {
            "author": "Settles and Craven and Ray",
            "title": "Multiple-Instance Active Learning",
            "booktitle": "NeurIPS",
        },
    ),
    "toneva2019empirical": (
        "Toneva et al., 2019",
        "inproceedings",
        {
            "author": "Toneva and others",
            "title": "An Empirical Study of Example Forgetting during Deep Neural Network Learning",
            "booktitle": "ICLR",
        },
    ),
    "wu2019active": (
        "Wu et al., 2019",
        "article",
        {
            "author": "Wu and Lin and Huang",
            "title": "Active Learning for Regression Using Greedy Sampling",
            "journal": "Information Sciences",
            "volume": "474",
            "pages": "90--105",
        },
    ),
}
"""Short name with the year, kind of entry and fields, by BibTeX key; authors by their family names."""

WORKS_OF = {
    "least_confidence": ("lewis1994sequential",),
    "margin": ("scheffer2001active",),
    "vote_entropy": ("dagan1995committee",),
    "kl_disagreement": ("mccallum1998employing",),
    "bald": ("houlsby2011bayesian",),
    "conflicting_evidence": ("sharma2017evidence",),
    "insufficient_evidence": ("sharma2017evidence",),
    "uncertain_by_lot": ("sharma2017evidence",),
    "expected_gradient_length": ("settles2008multiple", "settles2008analysis"),
    "badge": ("ash2020deep",),
    "core_set": ("sener2018active",),
    "typiclust": ("hacohen2022active",),
    "power_margin": ("kirsch2021stochastic",),
    "density_margin": ("settles2008analysis",),
    "laplace_variance": ("mackay1992information", "immer2021improving"),
    "gsx": ("wu2019active",),
    "gsy": ("wu2019active",),
    "igs": ("wu2019active",),
    "lcmd": ("holzmueller2023framework",),
    "loss": ("qin2024infobatch",),
    "el2n": ("paul2021deep",),
    "grand": ("paul2021deep",),
    "forgetting": ("toneva2019empirical",),
    "saila": ("engelbrecht1999incremental",),
}
"""Keys of what describes each named method; those of the paper are cited in their own sentences."""
