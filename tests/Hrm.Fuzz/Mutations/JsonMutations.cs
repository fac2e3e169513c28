using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hrm.Core;

namespace Hrm.Fuzz.Mutations;

/// <summary>Edits of the tree of a JSON text, which leave it JSON nearly always.</summary>
/// <param name="random">Decides.</param>
/// <param name="tokens">Names of the format.</param>
internal sealed class JsonMutations(StatefulRandom random, IReadOnlyList<string> tokens)
{
    private const string Placeholder = "@literal@";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    /// <summary>One to a few edits; <see langword="null"/> where the text is no JSON or has no tree to edit.</summary>
    public string? Apply(string text)
    {
        if (Parse(text) is not { } root)
        {
            return null;
        }

        do
        {
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            Edit(nodes[random.Next(nodes.Count)]);
        }
        while (random.Next(3) == 0);
        return Fill(root.ToJsonString(Plain));
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject or JsonArray ? JsonNode.Parse(text) : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> containers)
    {
        containers.Add(node);
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children.Where(child => child is JsonObject or JsonArray))
        {
            Collect(child!, containers);
        }
    }

    private void Edit(JsonNode container)
    {
        if (container is JsonObject members)
        {
            Edit(members);
        }
        else
        {
            Edit((JsonArray)container);
        }
    }

    private void Edit(JsonObject members)
    {
        var names = members.Select(member => member.Key).ToArray();
        var name = names.Length == 0 ? string.Empty : names[random.Next(names.Length)];
        var place = random.Next(7);
        switch (place)
        {
            case 0 when names.Length > 0:
                members.Remove(name);
                break;
            case 1 when names.Length > 0:
                var moved = members[name]?.DeepClone();
                members.Remove(name);
                members[Name()] = moved;
                break;
            case 2:
                members[Name()] = Placeholder;
                break;
            case 3 when names.Length > 1:
                var other = names[random.Next(names.Length)];
                (members[name], members[other]) = (members[other]?.DeepClone(), members[name]?.DeepClone());
                break;
            case 4 when names.Length > 0:
                members[name] = new JsonArray(members[name]?.DeepClone(), Placeholder);
                break;
            default:
                members[name] = Placeholder;
                break;
        }
    }

    private void Edit(JsonArray items)
    {
        var index = items.Count == 0 ? 0 : random.Next(items.Count);
        switch (random.Next(6))
        {
            case 0 when items.Count > 0:
                items.RemoveAt(index);
                break;
            case 1:
                items.Insert(index, Placeholder);
                break;
            case 2 when items.Count > 0:
                for (var i = random.Next(1, 100); i > 0; i--)
                {
                    items.Add(items[index]?.DeepClone());
                }

                break;
            case 3 when items.Count > 0:
                items[index] = new JsonArray(items[index]?.DeepClone());
                break;
            case 4:
                items.Clear();
                break;
            default:
                if (items.Count > 0)
                {
                    items[index] = Placeholder;
                }

                break;
        }
    }

    private string Name()
    {
        var source = tokens.Count > 0 && random.Next(3) > 0 ? tokens : InterestingValues.Texts;
        return source[random.Next(source.Count)];
    }

    /// <summary>Literals that a tree cannot hold: half surrogates, numbers that no type has, deep nesting, a name that stands twice.</summary>
    private string Fill(string text)
    {
        var filled = new StringBuilder();
        var parts = text.Split($"\"{Placeholder}\"");
        for (var i = 0; i < parts.Length; i++)
        {
            filled.Append(i == 0 ? string.Empty : Literal()).Append(parts[i]);
        }

        var quote = text.IndexOf('"', StringComparison.Ordinal);
        var end = quote < 0 ? -1 : text.IndexOf("\":", quote + 1, StringComparison.Ordinal);
        if (end > 0 && text[0] == '{' && random.Next(12) == 0)
        {
            filled.Insert(1, $"{text[quote..end]}\":{Literal()},");
        }

        return filled.ToString();
    }

    private string Literal()
    {
        var depth = random.Next(3, 200);
        return random.Next(20) switch
        {
            0 => new string('[', depth) + new string(']', depth),
            1 => $"\"{new string('x', random.Next(1, 5000))}\"",
            2 when tokens.Count > 0 => JsonSerializer.Serialize(tokens[random.Next(tokens.Count)]),
            _ => InterestingValues.JsonLiterals[random.Next(InterestingValues.JsonLiterals.Length)],
        };
    }
}
