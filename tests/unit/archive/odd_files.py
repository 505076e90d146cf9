"""Files as they come, made by code: ordinary ones, and what somebody's scanner, printer or malice makes."""

from __future__ import annotations

import io
import zlib
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from pikepdf.pdfa import save
from PIL import Image

A4 = (595, 842)
TEXT = "Vedtak om utlegg æøå"


def letter(*, pages: int = 2, text: str = TEXT, drawn: bytes = b"") -> Pdf:
    """A letter in a font that the file does not hold, as many programs write it."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=A4)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        shown = f"BT /F1 12 Tf 72 700 Td ({text} {number}) Tj ET ".encode("latin-1")
        page.obj.Contents = Stream(pdf, shown + drawn)
    return pdf


def drawing(*, colour: bytes = b"1 0 0 rg") -> Pdf:
    """A page without any text: nothing but its frame keeps it from being PDF/A."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=A4)
    page.obj.Contents = Stream(pdf, colour + b" 72 600 100 50 re f")
    return pdf


def archival(red: int) -> bytes:
    """A small PDF/A-2b; another shade of red makes another one."""
    out = io.BytesIO()
    save(drawing(colour=f"0.{red:03} 0 0 rg".encode()), out, "2b", deterministic_id=True)
    return out.getvalue()


def saved(pdf: Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)  # pyright: ignore[reportArgumentType]  as the test says
    return out.getvalue()


def encrypted(*, user: str, owner: str = "owner") -> bytes:
    return saved(letter(), encryption=pikepdf.Encryption(user=user, owner=owner))


def with_script(pdf: Pdf) -> Pdf:
    """That runs when the file is opened, and when its page is."""
    script = Dictionary(S=Name.JavaScript, JS="app.alert('Hei')")
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))
    pdf.pages[0].obj.AA = Dictionary(O=script)
    return pdf


def with_file_inside(pdf: Pdf) -> Pdf:
    pdf.attachments["regneark.xlsx"] = b"PK\x03\x04"
    return pdf


def with_dynamic_form(pdf: Pdf) -> Pdf:
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=Stream(pdf, b"<xdp/>"))
    return pdf


def signed(pdf: Pdf) -> Pdf:
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T="Signatur", V=Dictionary(Type=Name.Sig)))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    return pdf


def signed_beside_its_form(pdf: Pdf) -> Pdf:
    """Its form does not know of the signature that a page has."""
    pdf.pages[0].obj.Annots = Array([Dictionary(FT=Name.Sig, V=Dictionary(Type=Name.Sig))])
    return pdf


def commented(pdf: Pdf, kind: str = "/Text", said: str = "Stemmer ikke") -> Pdf:
    note = Dictionary(Type=Name.Annot, Subtype=Name(kind), Contents=said, Rect=Array([72, 500, 92, 520]), F=4)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    return pdf


def with_hidden_layer(pdf: Pdf) -> Pdf:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Utkast"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
    pdf.pages[0].obj.Resources = Dictionary(Properties=Dictionary(Utkast=layer))
    pdf.pages[0].obj.Contents = Stream(pdf, b"/OC /Utkast BDC 1 0 0 rg 0 0 99 99 re f EMC")
    return pdf


def misbuilt(where: str) -> Pdf:
    """Text where the key of a page or of the whole asks for something else."""
    pdf = letter()
    (pdf.Root if where in {"/Names", "/AcroForm"} else pdf.pages[0].obj)[where] = pikepdf.String("x")
    return pdf


def in_motion() -> bytes:
    out = io.BytesIO()
    first, *others = [Image.new("RGB", (50, 50), (shade, 0, 0)) for shade in (0, 90, 180)]
    first.save(out, "PNG", save_all=True, append_images=others)
    return out.getvalue()


def filled_in(pdf: Pdf, value: str) -> Pdf:
    """A form field with its look, as programs save it."""
    font = pdf.pages[0].obj.Resources.Font.F1
    look = Stream(pdf, f"BT /F1 12 Tf 2 4 Td ({value}) Tj ET".encode("latin-1"))
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    look.Resources = Dictionary(Font=Dictionary(F1=font))
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="Navn", V=value, F=4, Rect=Array([72, 500, 272, 520]),
            AP=Dictionary(N=pdf.make_indirect(look)), DA="/F1 12 Tf 0 g",
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DA="/F1 12 Tf 0 g")
    return pdf


def claiming(pdf: Pdf, part: int = 2) -> Pdf:
    """Says of itself that it is PDF/A."""
    with pdf.open_metadata() as metadata:
        metadata["pdfaid:part"] = str(part)
        metadata["pdfaid:conformance"] = "B"
    return pdf


@cache
def laborious() -> bytes:
    """A page that takes minutes."""
    return saved(letter(pages=1, drawn=b"0 0 m 9 9 l S " * 3_000_000))


def bomb() -> bytes:
    """A page of a few kilobytes that unpacks to hundreds of megabytes, six times over."""
    pdf = drawing()
    squeeze = zlib.compressobj(1)
    block, packed = b" " * 2**24, b""
    for _ in range(36):
        packed += squeeze.compress(block)
    packed += squeeze.flush()
    pdf.pages[0].obj.Contents = Array([_packed(pdf, packed) for _ in range(6)])
    return saved(pdf, compress_streams=False)


def _packed(pdf: Pdf, data: bytes) -> pikepdf.Object:
    stream = Stream(pdf, b"")
    stream.write(data, filter=Name.FlateDecode)
    return pdf.make_indirect(stream)


def picture(kind: str, size: tuple[int, int] = (200, 280), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.2, 1, 1.2), 20).convert(mode).save(out, kind, **how)
    return out.getvalue()


def scan(pages: int) -> bytes:
    """Black and white, as an office's scanner writes it."""
    out = io.BytesIO()
    sheets = [Image.effect_noise((165, 233), 80 + place).convert("1") for place in range(pages)]
    sheets[0].save(out, "TIFF", compression="group4", save_all=True, append_images=sheets[1:], dpi=(20, 20))
    return out.getvalue()


def huge_picture() -> bytes:
    """A PNG whose head says that it has four thousand million dots."""
    head = b"\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    )


def in_file(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
