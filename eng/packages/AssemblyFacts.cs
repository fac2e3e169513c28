using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;

namespace Hrm.PackageCheck;

/// <summary>The facts that an assembly and its symbols state about their build.</summary>
internal sealed class AssemblyFacts
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private AssemblyFacts()
    {
    }

    /// <summary>Whether the compiler promises the same bytes for the same sources.</summary>
    public bool IsDeterministic { get; private init; }

    /// <summary>Whether the symbols are those of the assembly.</summary>
    public bool SymbolsFit { get; private init; }

    /// <summary>The path to which the compiler wrote the symbols.</summary>
    public required string SymbolPath { get; init; }

    /// <summary>The version with the commit.</summary>
    public required string InformationalVersion { get; init; }

    /// <summary>The full names of the public types, nested ones excluded.</summary>
    public required IReadOnlyList<string> PublicTypes { get; init; }

    /// <summary>The paths of the sources.</summary>
    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>Addresses by paths of sources, with <c>*</c>; empty without Source Link.</summary>
    public required IReadOnlyDictionary<string, string> SourceLinks { get; init; }

    public static AssemblyFacts Of(byte[] assembly, byte[] symbols)
    {
        using var image = new PEReader(ImmutableArray.Create(assembly));
        using var provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(symbols));
        var (code, debug) = (image.GetMetadataReader(), provider.GetMetadataReader());
        var entries = image.ReadDebugDirectory();
        var view = image.ReadCodeViewDebugDirectoryData(entries.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView));
        var links = debug.GetCustomDebugInformation(EntityHandle.ModuleDefinition)
            .Select(debug.GetCustomDebugInformation)
            .Where(information => debug.GetGuid(information.Kind) == SourceLink)
            .SelectMany(information => Links(debug.GetBlobBytes(information.Value)));
        return new AssemblyFacts
        {
            IsDeterministic = entries.Any(entry => entry.Type == DebugDirectoryEntryType.Reproducible),
            SymbolsFit = new BlobContentId(debug.DebugMetadataHeader!.Id).Guid == view.Guid,
            SymbolPath = view.Path,
            InformationalVersion = Attribute(code, nameof(AssemblyInformationalVersionAttribute)),
            PublicTypes = [.. code.TypeDefinitions.Select(code.GetTypeDefinition).Where(IsPublic).Select(type => $"{code.GetString(type.Namespace)}.{code.GetString(type.Name)}")],
            Documents = [.. debug.Documents.Select(handle => debug.GetString(debug.GetDocument(handle).Name))],
            SourceLinks = links.ToDictionary(),
        };
    }

    private static bool IsPublic(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public;

    private static IEnumerable<KeyValuePair<string, string>> Links(byte[] json)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(json).TrimStart('\ufeff'));
        return [.. document.RootElement.GetProperty("documents").EnumerateObject().Select(link => KeyValuePair.Create(link.Name, link.Value.GetString()!))];
    }

    private static string Attribute(MetadataReader reader, string name)
    {
        foreach (var attribute in reader.GetAssemblyDefinition().GetCustomAttributes().Select(reader.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && reader.GetString(reader.GetTypeReference((TypeReferenceHandle)parent).Name) == name)
            {
                var value = reader.GetBlobReader(attribute.Value);
                value.ReadUInt16(); // The prolog of every attribute.
                return value.ReadSerializedString() ?? string.Empty;
            }
        }

        return string.Empty;
    }
}
