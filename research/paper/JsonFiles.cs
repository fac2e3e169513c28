using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Paper;

/// <summary>Values as JSON files that are either complete or absent.</summary>
internal static class JsonFiles
{
    private const int MaxBytes = 64 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The value of a file; nothing where there is none that can be read.</summary>
    public static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(RunFolder.ReadText(path, MaxBytes), Options) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or LabException)
        {
            return null; // It is made again.
        }
    }

    public static void Write<T>(string path, T value) => WholeFiles.Write(path, ToText(value));

    public static string ToText<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>The value of a text that <see cref="ToText"/> gave.</summary>
    /// <exception cref="LabException">It is none.</exception>
    public static T Parse<T>(string text)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options) ?? throw new LabException("expected JSON, got null.");
        }
        catch (JsonException error)
        {
            throw new LabException($"expected JSON: {error.Message}");
        }
    }

    /// <summary>What a value is known again by.</summary>
    public static string HashOf(object value)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToText(value))))[..12];
}

/// <summary>What has been measured, kept as JSON under a hash of everything that decides it: a second time nothing is computed.</summary>
internal sealed class Measurements(string root)
{
    /// <summary>Part of every hash: to be raised where something measures differently than before.</summary>
    private const int Version = 1;

    /// <summary>What was measured, or is now.</summary>
    /// <param name="name">Of what kind it is.</param>
    /// <param name="key">What decides it; serialised for the hash.</param>
    /// <param name="measure">Measures.</param>
    public T Get<T>(string name, object key, Func<T> measure)
        where T : class
    {
        var path = Path.Combine(root, $"{name}-{JsonFiles.HashOf(new { Version, name, key })}.json");
        if (JsonFiles.Read<T>(path) is { } known)
        {
            return known;
        }

        var value = measure();
        JsonFiles.Write(path, value);
        return value;
    }
}
