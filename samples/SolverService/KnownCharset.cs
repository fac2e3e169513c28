using System.Text;
using Microsoft.Net.Http.Headers;

namespace Hrm.Samples.SolverService;

/// <summary>Refuses a body in an encoding that .NET does not decode, which the framework's reader takes for a fault of the program.</summary>
internal sealed class KnownCharset(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue)
        {
            var name = HeaderUtilities.UnescapeAsQuotedString(type.Charset);
            if (!IsKnown(name.ToString()))
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return Task.CompletedTask;
            }

            // The framework's reader does not know that a parameter may be quoted.
            type.Charset = name;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static bool IsKnown(string name)
    {
        try
        {
            return Encoding.GetEncoding(name) is not null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
