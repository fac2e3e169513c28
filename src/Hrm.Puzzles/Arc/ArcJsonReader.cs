using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads tasks token by token, so that every limit applies before memory is allocated, and every error names its place.
/// </summary>
/// <remarks>Other keys are skipped with their values; the public sets have a few.</remarks>
internal ref struct ArcJsonReader
{
    internal const int MaximumPairs = 1_000;
    internal const int MaximumTasks = 10_000;

    /// <summary>Tasks need six levels; the rest is for the values of other keys.</summary>
    private const int MaximumDepth = 16;

    private const int MaximumKeyBytes = 1_024;

    private readonly string _file;
    private Utf8JsonReader _json;

    private ArcJsonReader(ReadOnlySpan<byte> json, string file)
    {
        _file = file;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    private delegate T Reading<T>(ref ArcJsonReader reader, string path);

    /// <summary>Reads a file of one task.</summary>
    public static ArcTask ReadTask(ReadOnlySpan<byte> json, string file, string name) =>
        CreateTask(name, ReadWhole(json, file, (ref reader, path) => reader.ReadPairs(path)), file, string.Empty);

    /// <summary>Reads a file of many named tasks.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">The file name for errors.</param>
    /// <param name="complete">Adds the outputs of a task's test pairs from another file.</param>
    public static IReadOnlyList<ArcTask> ReadTasks(ReadOnlySpan<byte> json, string file, Action<string, List<ArcPair>>? complete)
    {
        var tasks = ReadWhole(json, file, (ref reader, _) => reader.ReadNamed("an object of tasks", (ref reader, path) => reader.ReadPairs(path)));
        if (tasks.Count == 0)
        {
            throw new PuzzleFormatException("expected at least one task, got none", file);
        }

        var result = new List<ArcTask>(tasks.Count);
        foreach (var (name, pairs) in tasks)
        {
            complete?.Invoke(name, pairs.Test);
            result.Add(CreateTask(name, pairs, file, PathOf(name) + "."));
        }

        return result;
    }

    /// <summary>Reads a file of the outputs of many named tasks.</summary>
    public static IReadOnlyDictionary<string, List<ArcGrid>> ReadSolutions(ReadOnlySpan<byte> json, string file) =>
        ReadWhole(json, file, (ref reader, _) => reader.ReadNamed("an object of lists of grids", (ref reader, path) =>
            reader.ReadList(path, "grids", JsonTokenType.StartArray, "a list of rows", (ref reader, path) => reader.ReadRows(path))));

    private static T ReadWhole<T>(ReadOnlySpan<byte> json, string file, Reading<T> read)
    {
        var reader = new ArcJsonReader(json, file);
        try
        {
            var result = read(ref reader, string.Empty);

            // Anything but white space after the value is an error of the reader.
            reader._json.Read();
            return result;
        }
        catch (JsonException error)
        {
            throw new PuzzleFormatException(
                FormattableString.Invariant($"byte {error.BytePositionInLine + 1}: expected JSON: {JsonFault.Reason(error)}"), file, (int?)error.LineNumber + 1, innerException: error);
        }
    }

    private static ArcTask CreateTask(string name, (List<ArcPair> Train, List<ArcPair> Test) pairs, string file, string prefix)
    {
        try
        {
            return new ArcTask(name, pairs.Train, pairs.Test);
        }
        catch (PuzzleFormatException fault)
        {
            throw new PuzzleFormatException(fault.Problem, file, field: prefix + fault.Field, innerException: fault);
        }
    }

    /// <summary>Reads an object that has a value per task.</summary>
    private OrderedDictionary<string, T> ReadNamed<T>(string expected, Reading<T> read)
    {
        var values = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, expected, null);
        while (ReadKey(null) is { } name)
        {
            var path = PathOf(name);
            if (values.ContainsKey(name))
            {
                throw Fault("expected each task once, got it twice", path);
            }

            if (values.Count == MaximumTasks)
            {
                throw Fault($"expected at most {MaximumTasks} tasks, got more", path);
            }

            values.Add(name, read(ref this, path));
        }

        return values;
    }

    private (List<ArcPair> Train, List<ArcPair> Test) ReadPairs(string path)
    {
        var prefix = path.Length == 0 ? string.Empty : path + ".";
        Expect(JsonTokenType.StartObject, "an object with train and test", path);
        var (train, test) = ReadTwo(path, "train", "test", (ref reader, path) =>
            reader.ReadList(path, "pairs", JsonTokenType.StartObject, "an object with input and output", (ref reader, path) => reader.ReadPair(path)));
        return train is null || test is null
            ? throw Fault("expected a list of pairs, got none", prefix + (train is null ? "train" : "test"))
            : (train, test);
    }

    private ArcPair ReadPair(string path)
    {
        var (input, output) = ReadTwo(path, "input", "output", (ref reader, path) =>
        {
            reader.Expect(JsonTokenType.StartArray, "a list of rows", path);
            return reader.ReadRows(path);
        });
        return new ArcPair(input ?? throw Fault("expected a grid, got none", $"{path}.input"), output);
    }

    /// <summary>Reads the values of two keys of an object, after its brace; a missing key is null, other keys are skipped.</summary>
    private (T? First, T? Second) ReadTwo<T>(string path, string firstKey, string secondKey, Reading<T> read)
        where T : class
    {
        T? first = null;
        T? second = null;
        while (ReadKey(path) is { } key)
        {
            if (key != firstKey && key != secondKey)
            {
                _json.Skip();
                continue;
            }

            var place = path.Length == 0 ? key : $"{path}.{key}";
            ref var value = ref key == firstKey ? ref first : ref second;
            value = value is null ? read(ref this, place) : throw Fault("expected the key once, got it twice", place);
        }

        return (first, second);
    }

    private List<T> ReadList<T>(string path, string elements, JsonTokenType type, string element, Reading<T> read)
    {
        var list = new List<T>();
        Expect(JsonTokenType.StartArray, $"a list of {elements}", path);
        while (ReadElement(type, element, path, list.Count))
        {
            if (list.Count == MaximumPairs)
            {
                throw Fault($"expected at most {MaximumPairs} {elements}, got more", path);
            }

            list.Add(read(ref this, $"{path}[{list.Count}]"));
        }

        return list;
    }

    /// <summary>Reads the rows of a grid, after its bracket.</summary>
    private ArcGrid ReadRows(string path)
    {
        Span<byte> cells = stackalloc byte[ArcGrid.MaximumSide * ArcGrid.MaximumSide];
        var (rows, columns) = (0, 0);
        while (ReadElement(JsonTokenType.StartArray, "a list of cells", path, rows))
        {
            if (rows == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} rows, got more", path);
            }

            var length = ReadRow(cells[(rows * columns)..], path, rows);
            columns = rows == 0 ? length : columns;
            if (length != columns)
            {
                throw Fault($"expected {columns} cells as in row 0, got {length}", $"{path}[{rows}]");
            }

            rows++;
        }

        return rows > 0
            ? ArcGrid.Create(rows, columns, cells[..(rows * columns)])
            : throw Fault($"expected 1 to {ArcGrid.MaximumSide} rows, got 0", path);
    }

    private int ReadRow(scoped Span<byte> cells, string path, int row)
    {
        var length = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetByte(out var colour) || colour >= ArcGrid.ColourCount)
            {
                throw Fault($"expected a colour of 0 to {ArcGrid.ColourCount - 1}, got {Token()}", $"{path}[{row}][{length}]");
            }

            if (length == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got more", $"{path}[{row}]");
            }

            cells[length++] = colour;
        }

        return length > 0 ? length : throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got 0", $"{path}[{row}]");
    }

    /// <summary>Reads the first token of the next element; returns false at the end of the list.</summary>
    private bool ReadElement(JsonTokenType type, string expected, string path, int index)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        return _json.TokenType == type ? true : throw Fault($"expected {expected}, got {Token()}", $"{path}[{index}]");
    }

    /// <summary>Reads the next key; returns null at the end of the object.</summary>
    private string? ReadKey(string? path)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        if (_json.ValueSpan.Length > MaximumKeyBytes)
        {
            throw Fault($"expected keys of at most {MaximumKeyBytes} bytes, got one of {_json.ValueSpan.Length}", path);
        }

        try
        {
            return _json.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 is half a character.
            throw Fault("expected keys that are valid Unicode, got an escaped half of a surrogate pair", path);
        }
    }

    private void Expect(JsonTokenType type, string expected, string? path)
    {
        _json.Read();
        if (_json.TokenType != type)
        {
            throw Fault($"expected {expected}, got {Token()}", path);
        }
    }

    /// <summary>The name as shown in messages; quoted if it is not a valid name, because it comes from the file.</summary>
    internal static string PathOf(string name) => ArcPuzzleId.FindNameFault(name) is null ? name : Quote.Text(name);

    private readonly string Token() => _json.TokenType switch
    {
        JsonTokenType.Number => Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, 40)]),
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Null => "null",
        _ => _json.TokenType.ToString(),
    };

    private readonly PuzzleFormatException Fault(string problem, string? path) =>
        new(problem, _file, field: string.IsNullOrEmpty(path) ? null : path);
}
