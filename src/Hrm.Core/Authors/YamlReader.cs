using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hrm.Core;

/// <summary>
/// Reads a YAML file of plain values, event by event: no objects are made from it, and whatever could make a small file large or
/// ambiguous (anchors, aliases, tags, equal keys, several documents) is refused.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxDepth = 16;
    private const int MaxNodes = 10_000;
    private const int MaxKeyLength = 1_024;

    private readonly string _source;
    private readonly Parser _parser;
    private int _nodes;
    private bool _isTaken = true;

    private YamlReader(string text, string source)
    {
        _source = source;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The mapping that a text is.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="source">The file's path, for messages.</param>
    /// <exception cref="InvalidConfigException">The text is no such YAML.</exception>
    public static YamlMapping Read(string text, string source) => new YamlReader(text, source).ReadDocument();

    private YamlMapping ReadDocument()
    {
        Next<StreamStart>("YAML");
        Next<DocumentStart>("a document");
        var mapping = ReadNode(1) as YamlMapping ?? throw Fault("expected keys with values");
        Next<DocumentEnd>("the end of the document");
        Next<StreamEnd>("one document");
        return mapping;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth || ++_nodes > MaxNodes)
        {
            throw Fault($"expected at most {MaxNodes} values nested at most {MaxDepth} deep, got more");
        }

        var node = Next<NodeEvent>("a value");
        if (!node.Anchor.IsEmpty || !node.Tag.IsEmpty)
        {
            throw Fault("expected plain values, got an anchor or a tag");
        }

        return node switch
        {
            Scalar scalar => new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Start.Line),
            MappingStart start => new YamlMapping(ReadItems(depth), start.Start.Line),
            SequenceStart start => ReadSequence(depth, start.Start.Line),
            _ => throw Fault("expected plain values, got an alias"),
        };
    }

    private Dictionary<string, YamlNode> ReadItems(int depth)
    {
        var items = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        while (!IsNext<MappingEnd>())
        {
            var key = ReadNode(depth + 1) as YamlScalar ?? throw Fault("expected a text as a key");
            if (key.Value.Length > MaxKeyLength || !items.TryAdd(key.Value, ReadNode(depth + 1)))
            {
                throw new InvalidConfigException(_source, [$"line {key.Line}: expected each key once, of at most {MaxKeyLength} characters, got {Quote.Text(key.Value)}"]);
            }
        }

        return items;
    }

    /// <summary>The values of a list are checked, and not kept: no list describes an architecture.</summary>
    private YamlSequence ReadSequence(int depth, long line)
    {
        while (!IsNext<SequenceEnd>())
        {
            ReadNode(depth + 1);
        }

        return new YamlSequence(line);
    }

    /// <summary>Whether the next event is the end of a collection, which is then taken.</summary>
    private bool IsNext<T>()
        where T : ParsingEvent
    {
        Advance();
        if (_parser.Current is not T)
        {
            return false;
        }

        _isTaken = true;
        return true;
    }

    private T Next<T>(string expected)
        where T : ParsingEvent
    {
        Advance();
        _isTaken = true;
        return _parser.Current as T ?? throw Fault($"expected {expected}, got {_parser.Current?.GetType().Name ?? "the end"}");
    }

    /// <summary>Goes on to the next event, unless the current one was only looked at.</summary>
    private void Advance()
    {
        if (!_isTaken)
        {
            return;
        }

        try
        {
            _parser.MoveNext();
            _isTaken = false;
        }
        catch (YamlException error)
        {
            throw new InvalidConfigException(_source, [$"line {error.Start.Line}: {Quote.Text(error.Message)}"]);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // On some malformed texts the scanner fails by an exception that is not its own.
            throw Fault($"expected YAML, got a text that cannot be scanned ({error.GetType().Name})");
        }
    }

    private InvalidConfigException Fault(string problem) => new(_source, [$"line {_parser.Current?.Start.Line ?? 1}: {problem}"]);
}
