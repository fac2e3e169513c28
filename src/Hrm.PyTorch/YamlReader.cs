using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hrm.PyTorch;

/// <summary>A value of a YAML file and its line, from 1: a text, the items of a mapping, or neither for a list.</summary>
/// <param name="Line">The line.</param>
/// <param name="Text">The text of a scalar.</param>
/// <param name="IsPlain">True for a scalar without quotes, which can be a number or a truth value.</param>
/// <param name="Items">The items of a mapping.</param>
internal sealed record YamlValue(long Line, string? Text = null, bool IsPlain = false, IReadOnlyDictionary<string, YamlValue>? Items = null);

/// <summary>
/// Reads a YAML file of plain values, event by event: no objects are made from it, and anything that could make a small file large
/// or ambiguous (anchors, aliases, tags, equal keys, several documents) is refused.
/// </summary>
internal sealed class YamlReader(string text, string source)
{
    private const int MaxDepth = 16;
    private const int MaxNodes = 10_000;
    private const int MaxKeyLength = 1_024;

    private readonly Parser _parser = new(new StringReader(text));
    private int _nodes;

    /// <summary>Returns the mapping that a text consists of.</summary>
    /// <exception cref="InvalidConfigException">The text is not such YAML.</exception>
    public static YamlValue Read(string text, string source) => new YamlReader(text, source).ReadDocument();

    private YamlValue ReadDocument()
    {
        try
        {
            _parser.Consume<StreamStart>();
            _parser.Consume<DocumentStart>();
            var root = ReadValue(1);
            if (root.Items is null)
            {
                throw Fault(root.Line, "expected keys with values");
            }

            _parser.Consume<DocumentEnd>();
            _parser.Consume<StreamEnd>();
            return root;
        }
        catch (YamlException error)
        {
            throw Fault(error.Start.Line, Quote.Text(error.Message));
        }
        catch (Exception error) when (error is not (OutOfMemoryException or HrmException))
        {
            // On some malformed texts the scanner fails with an exception that is not its own.
            throw Fault(_parser.Current?.Start.Line ?? 1, $"expected YAML, got a text that cannot be scanned ({error.GetType().Name})");
        }
    }

    private YamlValue ReadValue(int depth)
    {
        var node = _parser.Consume<NodeEvent>();
        var line = node.Start.Line;
        if (depth > MaxDepth || ++_nodes > MaxNodes)
        {
            throw Fault(line, $"expected at most {MaxNodes} values nested at most {MaxDepth} deep, got more");
        }

        if (!node.Anchor.IsEmpty || !node.Tag.IsEmpty)
        {
            throw Fault(line, "expected plain values, got an anchor or a tag");
        }

        if (node is Scalar scalar)
        {
            return new YamlValue(line, scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        if (node is MappingStart)
        {
            return new YamlValue(line, Items: ReadItems(depth));
        }

        // The values of a list are checked and dropped: no list describes an architecture.
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            ReadValue(depth + 1);
        }

        return new YamlValue(line);
    }

    private Dictionary<string, YamlValue> ReadItems(int depth)
    {
        var items = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadValue(depth + 1);
            if (key.Text is not { Length: <= MaxKeyLength } name || !items.TryAdd(name, ReadValue(depth + 1)))
            {
                throw Fault(key.Line, $"expected a text of at most {MaxKeyLength} characters as a key, each once, got {Quote.Text(key.Text ?? "a list or mapping")}");
            }
        }

        return items;
    }

    private InvalidConfigException Fault(long line, string problem) => new(source, [$"line {line}: {problem}"]);
}
