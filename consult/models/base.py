"""What all tables have in common."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

from consult.db.types import Id, Instant, TranslatedText
from consult.kernel.translated import Translated

pk = Annotated[int, mapped_column(Id, primary_key=True)]
short = Annotated[str, mapped_column(String(300))]
code = Annotated[str, mapped_column(String(100))]


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant(), Translated: TranslatedText(), str: Text(), int: Id}
