using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hrm.Puzzles;

/// <summary>
/// Reads tasks, solutions and submissions from the JSON of a file; errors name the key. Keys that no task needs are ignored: the public
/// sets have a few.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="skipped">Receives the error of a bad value under the name of a task, which is then skipped; otherwise it is thrown.</param>
internal sealed class ArcJsonReader(string file, Action<HrmException>? skipped = null)
{
    // 64 MiB: a parsed file takes up to nine times its size.
    private const int MaximumBytes = 1 << 26;

    /// <summary>Tasks need six levels; ignored keys can need more.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    private static readonly string[] AttemptKeys = ["attempt_1", "attempt_2"];

    /// <summary>The name as part of a message; it comes from the file.</summary>
    public static string PathOf(string name) => ArcPuzzleId.FindNameFault(name) is null ? name : Quote.Text(name);

    /// <summary>Reads one task, or an object of tasks under their names; the content decides.</summary>
    public IReadOnlyList<ArcTask> ReadTasks() => Read<IReadOnlyList<ArcTask>>(root => IsOfMany(root)
        ? [.. ReadNamed(root, "an object of tasks", (task, name) => ReadTask(task, name, PathOf(name))).Values.OfType<ArcTask>()]
        : [ReadTask(root, Path.GetFileNameWithoutExtension(file), string.Empty)]);

    /// <summary>Reads the outputs of tasks; <see langword="null"/> for a list that was skipped.</summary>
    public OrderedDictionary<string, List<ArcGrid>?> ReadSolutions() => Read(root =>
        ReadNamed(root, "an object of lists of grids", (grids, name) => ReadList(grids, "a list of grids", PathOf(name), ReadGrid)));

    /// <summary>Reads the two attempts for each test input of tasks.</summary>
    public OrderedDictionary<string, List<ArcGrid[]>?> ReadSubmission() => Read(root =>
        ReadNamed(root, "an object of lists of attempts", (tests, name) => ReadList(tests, "a list of attempts", PathOf(name), ReadAttempts)));

    /// <summary>Whether an object has tasks under names, one of which can be <c>train</c> or <c>test</c>, and is not a task.</summary>
    private static bool IsOfMany(JsonElement root) => root.ValueKind == JsonValueKind.Object
        && root.EnumerateObject().Any(property => IsTaskLike(property.Value))
        && root.EnumerateObject().All(property => property.Name is not ("train" or "test") || IsTaskLike(property.Value));

    private static bool IsTaskLike(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && (value.TryGetProperty("train", out _) || value.TryGetProperty("test", out _));

    private T Read<T>(Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadBytes(), Options);
            return read(document.RootElement);
        }
        catch (JsonException error)
        {
            var position = error.BytePositionInLine is { } bytes ? FormattableString.Invariant($"byte {bytes + 1}: ") : string.Empty;
            throw new HrmFormatException($"{position}expected JSON: {JsonFault.Reason(error)}", file, (int?)error.LineNumber + 1, innerException: error);
        }
        catch (InvalidOperationException error)
        {
            // An escape such as \ud800.
            throw new HrmFormatException("expected keys that are valid Unicode, got an escaped half of a surrogate pair", file, innerException: error);
        }
    }

    /// <summary>Reads UTF-8 without a byte order mark.</summary>
    private ReadOnlyMemory<byte> ReadBytes() => HrmFileException.Guard(file, "could not be read", () =>
    {
        using var stream = InputFile.OpenStream(file, bufferSize: 0);
        if (stream.Length > MaximumBytes)
        {
            throw new HrmFormatException($"expected at most {MaximumBytes} bytes, got {stream.Length}", file);
        }

        var bytes = new byte[stream.Length];
        ReadOnlyMemory<byte> text = bytes.AsMemory(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        text = text.Span.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
        return Utf8.IsValid(text.Span) ? text : throw new HrmFormatException("expected UTF-8, got invalid bytes", file);
    });

    /// <summary>Reads values under the names of tasks.</summary>
    private OrderedDictionary<string, T?> ReadNamed<T>(JsonElement named, string expected, Func<JsonElement, string, T> read)
        where T : class
    {
        Require(named, JsonValueKind.Object, expected, string.Empty);
        var values = new OrderedDictionary<string, T?>(StringComparer.Ordinal);
        foreach (var property in named.EnumerateObject())
        {
            var value = PuzzleLines.Try(
                () => values.ContainsKey(property.Name) ? throw Fault("expected each name once, got it twice", PathOf(property.Name)) : read(property.Value, property.Name),
                skipped);
            values.TryAdd(property.Name, value);
        }

        return values;
    }

    private ArcTask ReadTask(JsonElement task, string name, string path)
    {
        Require(task, JsonValueKind.Object, "an object with train and test", path);
        var prefix = path.Length == 0 ? path : path + ".";
        if (path.Length == 0 && !IsTaskLike(task))
        {
            throw Fault("expected train and test, or tasks under their names, got neither", path);
        }

        var (train, test) = (ReadPairs(task, "train", prefix), ReadPairs(task, "test", prefix));
        try
        {
            return new ArcTask(name, train, test);
        }
        catch (HrmFormatException fault)
        {
            throw new HrmFormatException(fault.Problem, file, place: prefix + fault.Place, innerException: fault);
        }
    }

    private List<ArcPair> ReadPairs(JsonElement task, string key, string prefix) => Find(task, key, prefix + key) is { } pairs
        ? ReadList(pairs, "a list of pairs", prefix + key, ReadPair)
        : throw Fault("expected a list of pairs, got none", prefix + key);

    private ArcPair ReadPair(JsonElement pair, string path)
    {
        Require(pair, JsonValueKind.Object, "an object with input and output", path);
        return new ArcPair(FindGrid(pair, "input", path) ?? throw Fault("expected a grid, got none", $"{path}.input"), FindGrid(pair, "output", path));
    }

    private ArcGrid[] ReadAttempts(JsonElement test, string path)
    {
        Require(test, JsonValueKind.Object, "an object with attempt_1 and attempt_2", path);
        return [.. AttemptKeys.Select(key => FindGrid(test, key, path) ?? throw Fault("expected a grid, got none", $"{path}.{key}"))];
    }

    private ArcGrid? FindGrid(JsonElement parent, string key, string path) => Find(parent, key, $"{path}.{key}") is { } grid ? ReadGrid(grid, $"{path}.{key}") : null;

    /// <summary>Finds a key that must not be repeated.</summary>
    private JsonElement? Find(JsonElement parent, string key, string path)
    {
        JsonElement? found = null;
        foreach (var property in parent.EnumerateObject())
        {
            if (property.NameEquals(key))
            {
                found = found is null ? property.Value : throw Fault("expected each key once, got it twice", path);
            }
        }

        return found;
    }

    private ArcGrid ReadGrid(JsonElement grid, string path)
    {
        var rows = ReadSide(grid, "rows", path);
        var columns = 0;
        byte[] cells = [];
        foreach (var (row, line) in grid.EnumerateArray().Index())
        {
            var length = ReadSide(line, "cells", path, row);
            if (row == 0)
            {
                columns = length;
                cells = new byte[rows * columns];
            }

            if (length != columns)
            {
                throw Fault($"expected {columns} cells as in row 0, got {length}", $"{path}[{row}]");
            }

            var expected = cells.AsSpan(row * columns, columns);
            foreach (var (column, cell) in TryReadDigits(JsonMarshal.GetRawUtf8Value(line), expected) ? [] : line.EnumerateArray().Index())
            {
                expected[column] = cell.ValueKind == JsonValueKind.Number && cell.TryGetByte(out var colour) && colour < ArcGrid.ColourCount
                    ? colour
                    : throw Fault($"expected a colour of 0 to {ArcGrid.ColourCount - 1}, got {Describe(cell)}", $"{path}[{row}][{column}]");
            }
        }

        return ArcGrid.Adopt(rows, columns, cells);
    }

    /// <summary>Reads a row of digits, the only form that occurs in valid files, four times as fast as element by element.</summary>
    private static bool TryReadDigits(ReadOnlySpan<byte> row, Span<byte> cells)
    {
        var column = 0;
        for (var at = 1; at < row.Length - 1; at++)
        {
            if (char.IsAsciiDigit((char)row[at]) && !char.IsAsciiDigit((char)row[at + 1]))
            {
                cells[column++] = (byte)(row[at] - '0');
            }
            else if (row[at] is not ((byte)',' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the length of a grid or of one of its rows; a path per row would take longer than the row.</summary>
    private int ReadSide(JsonElement list, string unit, string path, int? row = null)
    {
        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= ArcGrid.MaximumSide and var length)
        {
            return length;
        }

        var place = row is null ? path : $"{path}[{row}]";
        Require(list, JsonValueKind.Array, $"a list of {unit}", place);
        throw Fault($"expected 1 to {ArcGrid.MaximumSide} {unit}, got {list.GetArrayLength()}", place);
    }

    private List<T> ReadList<T>(JsonElement list, string expected, string path, Func<JsonElement, string, T> read)
    {
        Require(list, JsonValueKind.Array, expected, path);
        return [.. list.EnumerateArray().Select((element, index) => read(element, $"{path}[{index}]"))];
    }

    private void Require(JsonElement element, JsonValueKind kind, string expected, string path)
    {
        if (element.ValueKind != kind)
        {
            throw Fault($"expected {expected}, got {Describe(element)}", path);
        }
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => Quote.Shorten(element.GetRawText(), 40),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        var kind => kind.ToString(),
    };

    private HrmFormatException Fault(string problem, string path) => new(problem, file, place: path.Length == 0 ? null : path);
}
