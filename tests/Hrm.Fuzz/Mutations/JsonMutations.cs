using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hrm.Core;

namespace Hrm.Fuzz.Mutations;

/// <summary>Edits of the tree of a JSON text. The result is nearly always valid JSON.</summary>
internal sealed class JsonMutations(StatefulRandom random, IReadOnlyList<string> tokens)
{
    private const string Placeholder = "@literal@";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    /// <summary>Applies one or more edits; <see langword="null"/> if the text is not a JSON object or array.</summary>
    public string? Apply(string text)
    {
        if (Parse(text) is not { } root)
        {
            return null;
        }

        do
        {
            var nodes = Containers(root).ToArray();
            Edit(nodes[random.Next(nodes.Length)]);
        }
        while (random.Next(3) == 0);
        return Fill(root.ToJsonString(Plain));
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is { } node and (JsonObject or JsonArray) ? node : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A node and all objects and arrays below it, parents first.</summary>
    private static IEnumerable<JsonNode> Containers(JsonNode node)
    {
        var children = node is JsonObject members ? members.Select(member => member.Value) : (JsonArray)node;
        return children.Where(child => child is JsonObject or JsonArray).SelectMany(child => Containers(child!)).Prepend(node);
    }

    private void Edit(JsonNode container)
    {
        Action edit = container is JsonObject members ? EditOf(members) : EditOf((JsonArray)container);
        edit();
    }

    private Action EditOf(JsonObject members)
    {
        var names = members.Select(member => member.Key).ToArray();
        var name = names.Length == 0 ? string.Empty : names[random.Next(names.Length)];
        return random.Next(7) switch
        {
            0 when names.Length > 0 => () => members.Remove(name),
            1 when names.Length > 0 => () => Rename(members, name),
            2 => () => members[Name()] = Placeholder,
            3 when names.Length > 1 => () => Swap(members, name, names[random.Next(names.Length)]),
            4 when names.Length > 0 => () => members[name] = new JsonArray(members[name]?.DeepClone(), Placeholder),
            _ => () => members[name] = Placeholder,
        };
    }

    private void Rename(JsonObject members, string name)
    {
        var moved = members[name]?.DeepClone();
        members.Remove(name);
        members[Name()] = moved;
    }

    private static void Swap(JsonObject members, string one, string other)
        => (members[one], members[other]) = (members[other]?.DeepClone(), members[one]?.DeepClone());

    private Action EditOf(JsonArray items)
    {
        var index = items.Count == 0 ? 0 : random.Next(items.Count);
        return random.Next(6) switch
        {
            0 when items.Count > 0 => () => items.RemoveAt(index),
            1 => () => items.Insert(index, Placeholder),
            2 when items.Count > 0 => () => Repeat(items, index, random.Next(1, 100)),
            3 when items.Count > 0 => () => items[index] = new JsonArray(items[index]?.DeepClone()),
            4 => items.Clear,
            _ when items.Count > 0 => () => items[index] = Placeholder,
            _ => items.Clear, // The array is empty already.
        };
    }

    private static void Repeat(JsonArray items, int index, int times)
    {
        for (var i = 0; i < times; i++)
        {
            items.Add(items[index]?.DeepClone());
        }
    }

    private string Name()
    {
        var source = tokens.Count > 0 && random.Next(3) > 0 ? tokens : InterestingValues.Texts;
        return source[random.Next(source.Count)];
    }

    /// <summary>Inserts literals that a tree cannot hold: half surrogates, numbers beyond every type, deep nesting, a repeated name.</summary>
    private string Fill(string text)
    {
        var filled = Regex.Replace(text, $"\"{Placeholder}\"", _ => Literal());
        var quote = text.IndexOf('"', StringComparison.Ordinal);
        var end = quote < 0 ? -1 : text.IndexOf("\":", quote + 1, StringComparison.Ordinal);
        return end > 0 && text[0] == '{' && random.Next(12) == 0 ? filled.Insert(1, $"{text[quote..end]}\":{Literal()},") : filled;
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
