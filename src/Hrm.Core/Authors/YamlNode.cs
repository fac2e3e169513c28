namespace Hrm.Core;

/// <summary>A value of a YAML file, with the line it stands on (from 1).</summary>
internal abstract record YamlNode(long Line);

/// <summary>A text. A plain one, without quotes, may stand for a number or a truth value.</summary>
internal sealed record YamlScalar(string Value, bool IsPlain, long Line) : YamlNode(Line);

internal sealed record YamlSequence(long Line) : YamlNode(Line);

internal sealed record YamlMapping(IReadOnlyDictionary<string, YamlNode> Items, long Line) : YamlNode(Line);
