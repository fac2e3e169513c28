using System.Globalization;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reads the Python dictionary that is the header of an <c>.npy</c> file: three keys, nothing that would have to be evaluated.</summary>
internal ref struct NpyHeaderParser
{
    private const int MaxAxes = 32;

    private readonly ReadOnlySpan<char> _text;
    private readonly string _path;
    private int _at;

    private NpyHeaderParser(ReadOnlySpan<char> text, string path)
    {
        _text = text;
        _path = path;
    }

    /// <exception cref="DatasetFormatException">The text is another one, or its array one that is not read.</exception>
    public static NpyHeader Parse(string text, int dataStart, string path)
    {
        var (dtype, shape) = new NpyHeaderParser(text, path).Parse();
        return new NpyHeader(dtype, shape, dataStart);
    }

    private (NpyDtype Dtype, IReadOnlyList<long> Shape) Parse()
    {
        NpyDtype? dtype = null;
        List<long>? shape = null;
        var hasOrder = false;
        Expect('{');
        while (!TryTake('}'))
        {
            var key = TakeText("a key");
            Expect(':');
            switch (key)
            {
                case "descr" when dtype is null:
                    dtype = TakeDtype();
                    break;
                case "fortran_order" when !hasOrder:
                    RequireRowOrder();
                    hasOrder = true;
                    break;
                case "shape" when shape is null:
                    shape = TakeShape();
                    break;
                default:
                    throw Fail("the keys descr, fortran_order and shape, each once", Quote.Text(key));
            }

            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }

        RequireEnd();
        return dtype is null || shape is null || !hasOrder
            ? throw Fail("the keys descr, fortran_order and shape", "not all of them")
            : (dtype, shape);
    }

    private NpyDtype TakeDtype()
    {
        SkipSpaces();
        if (_at < _text.Length && _text[_at] == '[')
        {
            throw Fail($"one of the types {NpyDtype.AllNames}", "a structured type");
        }

        var descriptor = TakeText("a type");
        return NpyDtype.Find(descriptor) ?? throw Fail($"one of the types {NpyDtype.AllNames}", descriptor switch
        {
            ['>', ..] => $"{Quote.Text(descriptor)}, which is big-endian",
            ['|' or '<', 'O', ..] or "O" => $"{Quote.Text(descriptor)}: Python objects, which are never read",
            _ => Quote.Text(descriptor),
        });
    }

    private void RequireRowOrder()
    {
        SkipSpaces();
        if (TryTakeWord("True"))
        {
            throw Fail("fortran_order False", "True");
        }

        if (!TryTakeWord("False"))
        {
            throw Fail("fortran_order False", "something else");
        }
    }

    private List<long> TakeShape()
    {
        var shape = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            if (shape.Count == MaxAxes)
            {
                throw Fail($"at most {MaxAxes} axes", "more");
            }

            shape.Add(TakeLength());
            if (!TryTake(','))
            {
                Expect(')');
                return shape.Count == 1 ? throw Fail("a tuple, as (5,) is", "a number in parentheses") : shape;
            }
        }

        return shape;
    }

    private long TakeLength()
    {
        SkipSpaces();
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        return long.TryParse(_text[start.._at], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw Fail("the length of an axis, from 0 to 2^63 - 1", start == _at ? "no number" : "a larger one");
    }

    private string TakeText(string what)
    {
        SkipSpaces();
        var start = _at + 1;
        if (_at >= _text.Length || _text[_at] is not ('\'' or '"'))
        {
            throw Fail($"{what} in quotes", "something else");
        }

        var length = _text[start..].IndexOf(_text[_at]);
        if (length < 0 || _text.Slice(start, length).Contains('\\'))
        {
            throw Fail($"{what} in quotes, without backslashes", "something else");
        }

        _at = start + length + 1;
        return _text.Slice(start, length).ToString();
    }

    private void RequireEnd()
    {
        if (_text.Length == 0 || _text[^1] != '\n' || _text[_at..^1].ContainsAnyExcept(' '))
        {
            throw Fail("spaces and a line feed at the end", "something else");
        }
    }

    private void Expect(char character)
    {
        if (!TryTake(character))
        {
            throw Fail($"'{character}'", _at < _text.Length ? Quote.Text(_text[_at].ToString()) : "the end");
        }
    }

    private bool TryTake(char character)
    {
        SkipSpaces();
        if (_at >= _text.Length || _text[_at] != character)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TryTakeWord(string word)
    {
        if (!_text[_at..].StartsWith(word, StringComparison.Ordinal))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }

    private readonly DatasetFormatException Fail(string expected, string got)
        => new(_path, FormattableString.Invariant($"header, character {_at}: expected {expected}, got {got}"));
}
