using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads tasks token by token in bounded memory. A document model would be built before any limit could apply. Keys that no task
/// needs are skipped; the public sets have a few.
/// </summary>
/// <remarks>Every method that reads a value begins at its first token and ends at its last.</remarks>
internal ref struct ArcJsonReader
{
    private const int MaximumElements = 1_000;
    private const int MaximumTasks = 10_000;

    /// <summary>Tasks need six levels; skipped keys can need more.</summary>
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
        ReadFile(json, file, (ref reader, _) => reader.ReadTask(name, string.Empty));

    /// <summary>Reads a file of tasks under their names.</summary>
    public static OrderedDictionary<string, ArcTask> ReadTasks(ReadOnlySpan<byte> json, string file) =>
        ReadFile(json, file, (ref reader, _) => reader.ReadNamed("an object of tasks", (ref reader, name) => reader.ReadTask(name, PathOf(name))));

    /// <summary>Reads a file of lists of grids under the names of tasks.</summary>
    public static OrderedDictionary<string, List<ArcGrid>> ReadSolutions(ReadOnlySpan<byte> json, string file) =>
        ReadFile(json, file, (ref reader, _) => reader.ReadNamed("an object of lists of grids", (ref reader, name) =>
            reader.ReadList("a list of grids", PathOf(name), (ref reader, path) => reader.ReadGrid(path))));

    /// <summary>The name as part of a message; it comes from the file.</summary>
    public static string PathOf(string name) => ArcPuzzleId.FindNameFault(name) is null ? name : Quote.Text(name);

    private static T ReadFile<T>(ReadOnlySpan<byte> json, string file, Reading<T> read)
    {
        var reader = new ArcJsonReader(json, file);
        try
        {
            reader._json.Read();
            var result = read(ref reader, string.Empty);

            // Throws if anything except white space follows.
            reader._json.Read();
            return result;
        }
        catch (JsonException error)
        {
            var problem = FormattableString.Invariant($"byte {error.BytePositionInLine + 1}: expected JSON: {JsonFault.Reason(error)}");
            throw new PuzzleFormatException(problem, file, (int?)error.LineNumber + 1, innerException: error);
        }
    }

    private OrderedDictionary<string, T> ReadNamed<T>(string expected, Reading<T> read)
    {
        Require(JsonTokenType.StartObject, expected, string.Empty);
        var values = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        while (ReadKey(string.Empty) is { } name)
        {
            if (values.Count == MaximumTasks || values.ContainsKey(name))
            {
                throw Fault(values.Count == MaximumTasks ? $"expected at most {MaximumTasks} tasks, got more" : "expected each task once, got it twice", PathOf(name));
            }

            values.Add(name, read(ref this, name));
        }

        return values;
    }

    private ArcTask ReadTask(string name, string path)
    {
        Require(JsonTokenType.StartObject, "an object with train and test", path);
        var prefix = path.Length == 0 ? path : path + ".";
        List<ArcPair>? train = null;
        List<ArcPair>? test = null;
        while (ReadKey(path) is { } key)
        {
            switch (key)
            {
                case "train":
                    train = ReadPairs(Once(train, prefix + key));
                    break;
                case "test":
                    test = ReadPairs(Once(test, prefix + key));
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        if (train is null || test is null)
        {
            throw Fault("expected a list of pairs, got none", prefix + (train is null ? "train" : "test"));
        }

        try
        {
            return new ArcTask(name, train, test);
        }
        catch (PuzzleFormatException fault)
        {
            throw new PuzzleFormatException(fault.Problem, _file, field: prefix + fault.Field, innerException: fault);
        }
    }

    private List<ArcPair> ReadPairs(string path) => ReadList("a list of pairs", path, (ref reader, pair) => reader.ReadPair(pair));

    private ArcPair ReadPair(string path)
    {
        Require(JsonTokenType.StartObject, "an object with input and output", path);
        ArcGrid? input = null;
        ArcGrid? output = null;
        while (ReadKey(path) is { } key)
        {
            switch (key)
            {
                case "input":
                    input = ReadGrid(Once(input, $"{path}.{key}"));
                    break;
                case "output":
                    output = ReadGrid(Once(output, $"{path}.{key}"));
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        return new ArcPair(input ?? throw Fault("expected a grid, got none", $"{path}.input"), output);
    }

    private ArcGrid ReadGrid(string path)
    {
        Require(JsonTokenType.StartArray, "a list of rows", path);
        Span<byte> cells = stackalloc byte[ArcGrid.MaximumSide * ArcGrid.MaximumSide];
        var (rows, columns) = (0, 0);
        while (ReadElement())
        {
            Require(JsonTokenType.StartArray, "a list of cells", $"{path}[{rows}]");
            if (rows == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} rows, got more", path);
            }

            var length = ReadRow(cells[(rows * columns)..], $"{path}[{rows}]");
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

    private int ReadRow(scoped Span<byte> cells, string path)
    {
        var length = 0;
        while (ReadElement())
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetByte(out var colour) || colour >= ArcGrid.ColourCount)
            {
                throw Fault($"expected a colour of 0 to {ArcGrid.ColourCount - 1}, got {Token()}", $"{path}[{length}]");
            }

            if (length == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got more", path);
            }

            cells[length++] = colour;
        }

        return length > 0 ? length : throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got 0", path);
    }

    private List<T> ReadList<T>(string expected, string path, Reading<T> read)
    {
        Require(JsonTokenType.StartArray, expected, path);
        var elements = new List<T>();
        while (ReadElement())
        {
            elements.Add(elements.Count < MaximumElements
                ? read(ref this, $"{path}[{elements.Count}]")
                : throw Fault($"expected at most {MaximumElements} elements, got more", path));
        }

        return elements;
    }

    /// <summary>Moves to the next element; false at the end of the list.</summary>
    private bool ReadElement() => _json.Read() && _json.TokenType != JsonTokenType.EndArray;

    /// <summary>Reads the next key and moves to its value; null at the end of the object.</summary>
    private string? ReadKey(string path)
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
            var key = _json.GetString();
            _json.Read();
            return key;
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800.
            throw Fault("expected keys that are valid Unicode, got an escaped half of a surrogate pair", path);
        }
    }

    private readonly string Once(object? earlier, string path) => earlier is null ? path : throw Fault("expected the key once, got it twice", path);

    private readonly void Require(JsonTokenType type, string expected, string path)
    {
        if (_json.TokenType != type)
        {
            throw Fault($"expected {expected}, got {Token()}", path);
        }
    }

    private readonly string Token() => _json.TokenType switch
    {
        JsonTokenType.Number => Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, 40)]),
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Null => "null",
        _ => _json.TokenType.ToString(),
    };

    private readonly PuzzleFormatException Fault(string problem, string path) => new(problem, _file, field: path.Length == 0 ? null : path);
}
