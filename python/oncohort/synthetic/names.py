"""Made-up names, so that later stages have something to keep secret."""

SURNAMES = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"),
    ("杨", "Yang"), ("赵", "Zhao"), ("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"),
    ("徐", "Xu"), ("孙", "Sun"), ("胡", "Hu"), ("朱", "Zhu"), ("高", "Gao"),
    ("林", "Lin"), ("何", "He"), ("郭", "Guo"), ("马", "Ma"),
)  # fmt: skip
GIVEN = (
    ("秀英", "Xiuying"), ("桂兰", "Guilan"), ("玉梅", "Yumei"), ("丽华", "Lihua"),
    ("淑珍", "Shuzhen"), ("秀兰", "Xiulan"), ("敏", "Min"), ("静", "Jing"),
    ("红梅", "Hongmei"), ("晓燕", "Xiaoyan"), ("凤英", "Fengying"), ("芳", "Fang"),
    ("海燕", "Haiyan"), ("春梅", "Chunmei"), ("雪", "Xue"), ("建华", "Jianhua"),
    ("玉兰", "Yulan"), ("婷", "Ting"), ("小红", "Xiaohong"), ("爱华", "Aihua"),
    ("金凤", "Jinfeng"), ("慧", "Hui"), ("美玲", "Meiling"),
)  # fmt: skip


def person_name(language: str, number: str) -> str:
    """Name a patient by record number.

    Parameters
    ----------
    language : str
        `zh` for characters, else pinyin.
    number : str
        Record number; the same gives the same name.

    Returns
    -------
    str
        Surname first, as the hospitals write it.
    """
    surname = SURNAMES[int(number) % len(SURNAMES)]
    given = GIVEN[int(number) // 7 % len(GIVEN)]
    if language == "zh":
        return surname[0] + given[0]
    return f"{surname[1]} {given[1]}"
