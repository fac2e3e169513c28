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

    /// <summary>The value of a file, or <see langword="null"/> if it is missing or cannot be read.</summary>
    public static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(RunFolder.ReadText(path, MaxBytes), Options) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or UsageException)
        {
            return null; // The caller computes it again.
        }
    }

    public static void Write<T>(string path, T value) => WholeFiles.Write(path, ToText(value));

    /// <summary>A hash of a value.</summary>
    public static string HashOf(object value)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToText(value))))[..12];

    private static string ToText<T>(T value) => JsonSerializer.Serialize(value, Options);
}

/// <summary>Measurements, stored as JSON under a hash of everything that they depend on, so that none is repeated.</summary>
internal sealed class Measurements(string root)
{
    /// <summary>A part of every hash. Increase it if the same measurement gives different numbers than before.</summary>
    private const int Version = 1;

    /// <summary>Returns a stored measurement, or measures and stores it.</summary>
    /// <param name="name">The measured quantity.</param>
    /// <param name="key">Everything that the result depends on; serialised for the hash.</param>
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
