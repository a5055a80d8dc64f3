/** A place of the API as WhatsApp's protocol has it. */
export const place = ({ latitude, longitude, name, address }) => ({ degreesLatitude: latitude, degreesLongitude: longitude, name, address });
